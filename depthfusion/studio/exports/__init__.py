"""One module for each kind of file that a scene is exported as; `studio.formats` lists them."""
