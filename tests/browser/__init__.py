"""The page in a real browser. A package, so that its browser and service end with its tests."""
