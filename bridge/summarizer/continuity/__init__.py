"""Who is there, what they wear, where and when: the state of a chat, told on from its messages."""
