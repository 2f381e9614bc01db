/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
#pragma once

#include "../abi/ipcache.h"
#include "../abi/types.h"
#include "bpf.h"

#define MAPPED_PREFIX be32(0x0000ffff)

static __always_inline struct address address_from_ipv4(__be32 ipv4)
{
	struct address a = {.words = {0, 0, MAPPED_PREFIX, ipv4}};
	return a;
}

static __always_inline _Bool is_mapped_ipv4(const struct address *a)
{
	return a->halves[0] == 0 && a->words[2] == MAPPED_PREFIX;
}

static __always_inline _Bool address_equal(const struct address *a, const volatile struct address *b)
{
	return a->halves[0] == b->halves[0] && a->halves[1] == b->halves[1];
}

/* Any total order will do, so the machine's own is taken. */
static __always_inline _Bool address_less(const struct address *a, const struct address *b)
{
	return a->halves[0] != b->halves[0] ? a->halves[0] < b->halves[0] : a->halves[1] < b->halves[1];
}

/* Index into epochs; user space computes the same (AddressHash). */
static __always_inline __u32 epoch_index(const struct address *a)
{
	__u32 folded = a->words[0] ^ a->words[1] ^ a->words[2] ^ a->words[3];
	return (folded * 2654435761u) >> (32 - EPOCH_BITS);
}

static __always_inline _Bool mac_equal(const struct mac *a, const volatile struct mac *b)
{
	return a->words[0] == b->words[0] && a->words[1] == b->words[1] && a->words[2] == b->words[2];
}

/* Of IPv6: what no router forwards (RFC 4291, 2.5.6). */
static __always_inline _Bool is_link_local(const struct address *a)
{
	return (a->words[0] & be32(0xffc00000)) == be32(0xfe800000);
}

/* Is it the link-local address that a kernel makes itself of the MAC (RFC 4291, appendix A)? */
static __always_inline _Bool is_link_local_of(const struct address *a, const volatile struct mac *mac)
{
	const volatile __u8 *octets = (const volatile __u8 *)mac;
	__u32 upper = (octets[0] ^ 2u) << 24 | octets[1] << 16 | octets[2] << 8 | 0xff;
	__u32 lower = 0xfeu << 24 | octets[3] << 16 | octets[4] << 8 | octets[5];
	return a->words[0] == be32(0xfe800000) && !a->words[1] && a->words[2] == be32(upper) &&
	       a->words[3] == be32(lower);
}

/* Word by word: a memcpy from a constant would read what it was compiled with, not what it was loaded with.
 */
static __always_inline void mac_copy(void *to, const volatile struct mac *from)
{
	struct mac *mac = to;
	mac->words[0] = from->words[0];
	mac->words[1] = from->words[1];
	mac->words[2] = from->words[2];
}
