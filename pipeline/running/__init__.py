"""Running: the job from papers to results."""
