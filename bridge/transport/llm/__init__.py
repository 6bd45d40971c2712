"""Language models: one client over three wire formats (OpenAI's, Anthropic's, RunPod's runsync)."""
