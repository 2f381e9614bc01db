/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/* The options of an IPv4 header (RFC 791, 3.1): walked, so that nobody routes from the source and none breaks
 * its bounds. Those that are left mean nothing here and pass. */
#pragma once

#include <linux/if_ether.h>
#include <linux/ip.h>

#include "../abi/drop.h"
#include "bpf.h"

enum ipv4_option {
	IPV4_OPTION_END = 0,
	IPV4_OPTION_NONE = 1,
	IPV4_OPTION_LOOSE_SOURCE_ROUTE = 131,
	IPV4_OPTION_STRICT_SOURCE_ROUTE = 137,
	MAX_IPV4_OPTIONS = 40,
	IPV4_OPTIONS_MASK = 63,
};

/* length: bytes of all options. The few packets that have any pay for the call. */
SUBPROGRAM int check_ipv4_options(struct __sk_buff *skb, __u32 length)
{
	__u8 options[IPV4_OPTIONS_MASK + 1] = {};
	/* verifiers before 6.8 do not learn from a comparison with 0 that there is at least 1 to load */
	__u32 last = length - 1;
	opaque(last);
	if (last >= MAX_IPV4_OPTIONS ||
	    bpf_skb_load_bytes(skb, ETH_HLEN + sizeof(struct iphdr), options, last + 1))
		return -DROP_TRUNCATED;
	__u32 offset = 0;
	for (int i = 0; i < MAX_IPV4_OPTIONS && offset < length; i++) {
		__u8 type = options[offset & IPV4_OPTIONS_MASK];
		if (type == IPV4_OPTION_END)
			return 0;
		if (type == IPV4_OPTION_LOOSE_SOURCE_ROUTE || type == IPV4_OPTION_STRICT_SOURCE_ROUTE)
			return -DROP_SOURCE_ROUTE;
		__u32 size = type == IPV4_OPTION_NONE ? 1 : options[(offset + 1) & IPV4_OPTIONS_MASK];
		if (!size || (size == 1 && type != IPV4_OPTION_NONE) || offset + size > length)
			return -DROP_MALFORMED;
		offset = (offset + size) & IPV4_OPTIONS_MASK;
	}
	return 0;
}
