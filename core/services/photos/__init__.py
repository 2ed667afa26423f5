"""Uploaded photos: kept, opened by whoever may see their record, compared, swept. Start at uploads.py."""
