"""Files that farms send, looked at before anything of them is kept."""
