"""The moment that files are dated: never the clock's, so that a scene gives the same bytes."""

import os
from datetime import UTC, datetime

from depthfusion.types import InputError

EPOCH = datetime(1980, 1, 1, tzinfo=UTC)  # the first that ZIP knows
_VARIABLE = "SOURCE_DATE_EPOCH"


def moment(created: str = "") -> datetime:
    """When something counts as written.

    Parameters
    ----------
    created : ISO 8601, when the scene was made; what is no date is passed over.

    Returns
    -------
    What SOURCE_DATE_EPOCH says (seconds since 1970, https://reproducible-builds.org/specs/), else
    `created`, else 1980; in UTC.

    Raises
    ------
    InputError
        SOURCE_DATE_EPOCH is set to something else than such a number.
    """
    said = os.environ.get(_VARIABLE)
    if said:
        try:
            return datetime.fromtimestamp(int(said), UTC)
        except (ValueError, OverflowError, OSError) as error:
            raise InputError(
                f"{_VARIABLE} must be seconds since 1970 as a whole number; got {said!r:.40}"
            ) from error
    try:
        when = datetime.fromisoformat(created)
    except ValueError:
        return EPOCH
    return when.replace(tzinfo=when.tzinfo or UTC).astimezone(UTC)
