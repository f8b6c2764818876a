// Finds signs among many bytes at once: Swift's SIMD types make no bits of what a comparison gives.
#include <stdint.h>

#if defined(__SSE2__)
#include <emmintrin.h>

typedef __m128i signs_bytes;
static inline signs_bytes signs_load(const void *place) { return _mm_loadu_si128((const __m128i *)place); }
static inline signs_bytes signs_equal(signs_bytes bytes, uint8_t sign) {
    return _mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)sign));
}
static inline signs_bytes signs_lower(signs_bytes bytes) { return _mm_or_si128(bytes, _mm_set1_epi8(0x20)); }
static inline signs_bytes signs_either(signs_bytes a, signs_bytes b) { return _mm_or_si128(a, b); }
static inline uint64_t signs_bits(signs_bytes a, signs_bytes b, signs_bytes c, signs_bytes d) {
    return (uint64_t)(uint32_t)_mm_movemask_epi8(a) | (uint64_t)(uint32_t)_mm_movemask_epi8(b) << 16
        | (uint64_t)(uint32_t)_mm_movemask_epi8(c) << 32 | (uint64_t)(uint32_t)_mm_movemask_epi8(d) << 48;
}
static inline uint32_t signs_first(signs_bytes found) {
    return (uint32_t)__builtin_ctz((uint32_t)_mm_movemask_epi8(found) | 0x10000);
}

#elif defined(__ARM_NEON) && defined(__aarch64__)
#include <arm_neon.h>

typedef uint8x16_t signs_bytes;
static inline signs_bytes signs_load(const void *place) { return vld1q_u8((const uint8_t *)place); }
static inline signs_bytes signs_equal(signs_bytes bytes, uint8_t sign) { return vceqq_u8(bytes, vdupq_n_u8(sign)); }
static inline signs_bytes signs_lower(signs_bytes bytes) { return vorrq_u8(bytes, vdupq_n_u8(0x20)); }
static inline signs_bytes signs_either(signs_bytes a, signs_bytes b) { return vorrq_u8(a, b); }
// Each byte keeps the bit of its place among eight, and bytes are added until eight bits are in each.
static inline uint64_t signs_bits(signs_bytes a, signs_bytes b, signs_bytes c, signs_bytes d) {
    const uint8x16_t places = vreinterpretq_u8_u64(vdupq_n_u64(0x8040201008040201));
    uint8x16_t low = vpaddq_u8(vandq_u8(a, places), vandq_u8(b, places));
    uint8x16_t high = vpaddq_u8(vandq_u8(c, places), vandq_u8(d, places));
    uint8x16_t all = vpaddq_u8(low, high);
    return vgetq_lane_u64(vreinterpretq_u64_u8(vpaddq_u8(all, all)), 0);
}
// Four bits a byte.
static inline uint32_t signs_first(signs_bytes found) {
    uint64_t bits = vget_lane_u64(vreinterpret_u64_u8(vshrn_n_u16(vreinterpretq_u16_u8(found), 4)), 0);
    return bits ? (uint32_t)__builtin_ctzll(bits) >> 2 : 16;
}

#else

typedef struct { uint8_t byte[16]; } signs_bytes;
static inline signs_bytes signs_load(const void *place) {
    signs_bytes bytes;
    __builtin_memcpy(bytes.byte, place, 16);
    return bytes;
}
static inline signs_bytes signs_equal(signs_bytes bytes, uint8_t sign) {
    for (int i = 0; i < 16; i++) bytes.byte[i] = bytes.byte[i] == sign;
    return bytes;
}
static inline signs_bytes signs_lower(signs_bytes bytes) {
    for (int i = 0; i < 16; i++) bytes.byte[i] |= 0x20;
    return bytes;
}
static inline signs_bytes signs_either(signs_bytes a, signs_bytes b) {
    for (int i = 0; i < 16; i++) a.byte[i] |= b.byte[i];
    return a;
}
static inline uint64_t signs_bits(signs_bytes a, signs_bytes b, signs_bytes c, signs_bytes d) {
    uint64_t bits = 0;
    for (int i = 0; i < 16; i++)
        bits |= (uint64_t)a.byte[i] << i | (uint64_t)b.byte[i] << (i + 16) | (uint64_t)c.byte[i] << (i + 32)
            | (uint64_t)d.byte[i] << (i + 48);
    return bits;
}
static inline uint32_t signs_first(signs_bytes found) {
    uint32_t first = 0;
    while (first < 16 && !found.byte[first]) first++;
    return first;
}
#endif

// Which of the 16 bytes at `place` is the first `"` or `\`, 16 for none.
static inline uint32_t signs_quote_or_backslash(const void *place) {
    signs_bytes bytes = signs_load(place);
    return signs_first(signs_either(signs_equal(bytes, '"'), signs_equal(bytes, '\\')));
}

// Of 64 bytes one bit each, the first byte's the lowest.
typedef struct { uint64_t quotes, backslashes, brackets; } json_signs;

static inline uint64_t signs_commas(const void *place) {
    const char *bytes = (const char *)place;
    return signs_bits(
        signs_equal(signs_load(bytes), ','), signs_equal(signs_load(bytes + 16), ','),
        signs_equal(signs_load(bytes + 32), ','), signs_equal(signs_load(bytes + 48), ','));
}

static inline signs_bytes signs_brackets(signs_bytes bytes) {
    signs_bytes lower = signs_lower(bytes);
    return signs_either(signs_equal(lower, '{'), signs_equal(lower, '}'));
}

static inline json_signs signs_of_json(const void *place) {
    const char *bytes = (const char *)place;
    signs_bytes a = signs_load(bytes), b = signs_load(bytes + 16), c = signs_load(bytes + 32), d = signs_load(bytes + 48);
    json_signs signs;
    signs.quotes = signs_bits(signs_equal(a, '"'), signs_equal(b, '"'), signs_equal(c, '"'), signs_equal(d, '"'));
    signs.backslashes =
        signs_bits(signs_equal(a, '\\'), signs_equal(b, '\\'), signs_equal(c, '\\'), signs_equal(d, '\\'));
    signs.brackets = signs_bits(signs_brackets(a), signs_brackets(b), signs_brackets(c), signs_brackets(d));
    return signs;
}
