"""The door of a node for granian: `config.wsgi` in a worker that ends with its granian.

A killed granian would leave its worker listening beside the one that replaces it.
"""

from config.leash import end_with_parent
from config.wsgi import application

__all__ = ["application"]
end_with_parent()
