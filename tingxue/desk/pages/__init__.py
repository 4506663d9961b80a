"""The pages of the desk: one file a page, one function a request, named after what it does."""
