"""Says of each pair on standard input, a JSON list [network, address] a line, whether Python's ipaddress finds the address in the network."""

import ipaddress
import json
import sys

for line in sys.stdin:
    network, address = json.loads(line)
    network = ipaddress.ip_network(network, strict=False)
    address = ipaddress.ip_address(address)
    mapped = getattr(address, "ipv4_mapped", None)
    address = mapped or address
    print(json.dumps(network.version == address.version and address in network))
