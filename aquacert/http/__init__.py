"""The glue between Flask and the rooms: gates, forms, pages and the one translator of errors."""
