"""Seeded worlds: months of facts under random policies, told on random nights, held against the same facts told otherwise
(docs/semantics.md 2, 6). README.md says how they are made, run and shrunk."""
