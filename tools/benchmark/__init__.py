"""What tools/bench is made of: common.py (server, data, figures), night.py (a night in each way), looking_back.py
(replay, verify), growth.py (the same night after months of history)."""
