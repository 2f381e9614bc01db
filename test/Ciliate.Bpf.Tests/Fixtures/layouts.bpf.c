// SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
/* Every shape of type that crosses the border. */
#include "fixture.h"

enum colour : __u8 { COLOUR_RED = 0, COLOUR_DARK_GREEN = 1, COLOUR_BLUE = 200 };
enum signed_kind { KIND_LOWEST = -5, KIND_ZERO = 0 };
enum wide_kind : unsigned long long { WIDE_ONE = 1, WIDE_HUGE = 0xffffffff00000000ULL };
enum lone { LONE_VERSION = 3 };

struct address {
	union {
		__u8 bytes[16];
		__be32 words[4];
		__u64 halves[2];
	};
};

struct point {
	__u16 x;
	__u16 y;
};

struct flow_key {
	struct address low;
	struct address high;
	__be16 low_port;
	__be16 high_port;
	enum colour colour;
	__u8 reserved[3];
};

typedef struct {
	__s64 value;
} named_by_typedef;

struct flow_value {
	__u64 commit;
	struct point points[2];
	named_by_typedef td;
	enum signed_kind kind;
	char text[4];
	_Bool yes;
	/* a hole of 7 bytes, allowed in a value */
	enum wide_kind wide;
	short negative;
	enum lone lone;
} __attribute__((aligned(8)));

struct {
	__uint(type, HASH);
	__uint(max_entries, 16);
	__type(key, struct flow_key);
	__type(value, struct flow_value);
} flows SEC(".maps");

struct only_marked {
	__u32 event;
};

const struct only_marked marked SEC(".abi");

/* Fills a value so that user space can see where C puts things. */
SEC("tc")
int fill(struct __sk_buff *skb)
{
	struct flow_key key = {.low_port = 0x5000, .colour = COLOUR_DARK_GREEN};
	key.low.words[3] = 0x0100007f;
	struct flow_value value;
	__builtin_memset(&value, 0, sizeof(value));
	value.commit = 0x1122334455667788ULL;
	value.points[1].y = 9;
	value.td.value = -3;
	value.kind = KIND_LOWEST;
	value.text[1] = 'b';
	value.yes = 1;
	value.wide = WIDE_HUGE;
	value.negative = -2;
	value.lone = LONE_VERSION;
	return bpf_map_update_elem(&flows, &key, &value, 0);
}
