"""Depth without a model: floor, upright walls, ceiling or sky, fitted to one photo by geometry.

Nothing is learned here, and nothing that stands in the open is seen as a thing of its own: it is
painted on the floor and walls behind it. Scenes name it as a prior.
"""
