// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* The hook at an interface to the outside. */
#include <linux/pkt_cls.h>

#include "lib/config.h"
#include "lib/maps.h"

CONFIG(struct address, uplink_ipv4, "The uplink's IPv4 address, as ::ffff:a.b.c.d.");
CONFIG(struct address, uplink_ipv6, "The uplink's IPv6 address.");

/* tc ingress of an uplink. */
SEC("tc")
int from_uplink(struct __sk_buff *skb)
{
	return TC_ACT_OK;
}

const char program_license[] SEC("license") = "Dual BSD/GPL";
