"""Flask glue: gates, pages, forms, problems, headers. The only translator between web and rooms."""
