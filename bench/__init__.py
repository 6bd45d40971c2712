"""Measurements that print figures; none asserts."""
