"""Files that come in parts over tus 1.0.0 (https://tus.io/protocols/resumable-upload): the HTTP of it."""
