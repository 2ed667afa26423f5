"""The shared user interface: Flask pages over the services. Pages are made from the Catalog; start at frame.py."""
