"""The five stages. They know the journey (works.journey), never each other."""
