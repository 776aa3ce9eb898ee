"""The accounts we hold on platforms: several of one platform at once, their secrets sealed."""
