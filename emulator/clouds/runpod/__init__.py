"""RunPod serverless, emulated."""
