// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* One map of each kind that is used. */
#include "fixture.h"

struct prefix {
	__u32 length;
	__u8 address[4];
};

struct inner {
	__uint(type, HASH);
	__uint(max_entries, 8);
	__type(key, __u32);
	__type(value, __u32);
};

#define MAP(name, kind, count, key_type, value_type, flags)                                                          \
	struct {                                                                                                      \
		__uint(type, kind);                                                                                   \
		__uint(max_entries, count);                                                                           \
		__type(key, key_type);                                                                                \
		__type(value, value_type);                                                                            \
		__uint(map_flags, flags);                                                                             \
	} name SEC(".maps")

MAP(hash, HASH, 10000, __u64, __u64, NO_PREALLOC);
MAP(small_hash, HASH, 2, __u32, __u32, 0);
MAP(lru, LRU_HASH, 64, __u32, __u64, 0);
MAP(words, ARRAY, 700, __u32, struct { __u64 word; __u32 rest; }, MMAPABLE);
MAP(plain_array, ARRAY, 5, __u32, __u32, 0);
MAP(per_cpu, PERCPU_ARRAY, 3, __u32, __u32, 0);
MAP(per_cpu_hash, PERCPU_HASH, 3, __u32, __u64, 0);
MAP(trie, LPM_TRIE, 100, struct prefix, __u32, NO_PREALLOC);
MAP(jumps, PROG_ARRAY, 2, __u32, __u32, 0);

struct {
	__uint(type, RINGBUF);
	__uint(max_entries, 4096);
} ring SEC(".maps");

struct {
	__uint(type, HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} hash_of_maps SEC(".maps");

struct {
	__uint(type, ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} array_of_maps SEC(".maps");

SEC("tc")
int jump(struct __sk_buff *skb)
{
	bpf_tail_call(skb, &jumps, 1);
	return 5;
}

SEC("tc")
int landing(struct __sk_buff *skb)
{
	return 6;
}

/* Writes one record of `mark` bytes (8 or 100), each byte = `priority`; an odd priority is discarded. */
SEC("tc")
int emit(struct __sk_buff *skb)
{
	__u8 record[100];
	__builtin_memset(record, skb->priority, sizeof(record));
	if (skb->priority & 1) {
		void *reserved = bpf_ringbuf_reserve(&ring, 24, 0);
		if (reserved)
			bpf_ringbuf_discard(reserved, 0);
		return 0;
	}
	return skb->mark == 8 ? bpf_ringbuf_output(&ring, record, 8, 0) : bpf_ringbuf_output(&ring, record, 100, 0);
}

SEC("tc")
int read_inner(struct __sk_buff *skb)
{
	__u32 key = 1;
	void *inner = bpf_map_lookup_elem(&hash_of_maps, &key);
	__u32 *value = inner ? bpf_map_lookup_elem(inner, &key) : 0;
	return value ? *value : 0;
}
