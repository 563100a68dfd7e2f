"""What the outside-in tests share: daemons, raw frames, process censuses, histories."""
