/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "types.h"

/* Longest prefix match from an address to its identity. prefix_length counts the network's 32 bits too: a
 * host is 160. */
struct ipcache_key {
	__u32 prefix_length;
	__u32 network;
	struct address address;
};

struct ipcache_value {
	VARIANT_FIELD(__u64 variant);
	__u32 identity;
	__u32 flags;
	struct address tunnel_endpoint;
	__u8 encryption_key;
	__u8 reserved[7];
};

enum epoch_limits : __u32 {
	EPOCH_BITS = 16,
	EPOCH_COUNT = 65536,
	EPOCH_VERSION = 0x80000000, /* generations stay below */
};

/* What flows to and from a remote address were judged under, by epoch_index(address). Raised after ipcache
 * has changed there. */
struct epoch {
	VARIANT_FIELD(__u32 variant);
	__u32 value;
};
