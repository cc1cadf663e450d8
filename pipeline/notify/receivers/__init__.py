"""The receivers that come with the desk, one file each."""
