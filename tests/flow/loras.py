"""A dictionary with one character that every emulated family has a file of."""

LORAS = {
    "config": {},
    "loras": {
        "rose": {
            "name": "Rose", "url": "https://loras.example/rose.safetensors", "weight": 0.8,
            "rank": 1, "category": "character", "trigger_words": ["r0se"], "keywords": ["Rose"],
            "bases": {
                "flux1": {"url": "https://loras.example/rose-f.safetensors", "weight": 0.8},
                "z-image": {"url": "https://loras.example/rose-z.safetensors", "weight": 0.7},
            },
        }
    },
}  # fmt: skip
