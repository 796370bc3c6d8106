/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* Sixteen samples at once. Sums of products wrap at 32 bits as they do in C compiled for this processor, in whatever order. */
/*
 * 1/A(z), order 16, eight samples at once as far as they depend on those before the eight; what they owe to one another is added
 * one by one.
 */
#include "vectors.h"

enum { BLOCK = 8, ORDER_16 = 16 };

/* The factors of two earlier outputs, the first of them so many samples before the block, for each sample of the block. */
static inline __m256i factors_of(const short *padded, int before)
{
    __m128i first = _mm_loadu_si128((const __m128i *)(padded + before)), second = _mm_loadu_si128((const __m128i *)(padded + before - 1));
    return _mm256_set_m128i(_mm_unpackhi_epi16(first, second), _mm_unpacklo_epi16(first, second));
}

static inline __m256i both(short first, short second) { return _mm256_set1_epi32((int)((unsigned short)first | (unsigned)second << 16)); }

/* The factors of 1/A(z), and the last outputs: two in each, as they are multiplied. */
typedef struct {
    __m256i factors[ORDER_16 / 2], outputs[ORDER_16 / 2];
    short a[ORDER_16 + 1 + BLOCK];
} Recursion;

static inline Recursion start(const short *a, const short *outputs)
{
    Recursion filter;
    memset(filter.a, 0, sizeof filter.a);
    memcpy(filter.a, a, (ORDER_16 + 1) * sizeof *a);
    for (int i = 0; i < ORDER_16 / 2; i++) {
        filter.factors[i] = factors_of(filter.a, ORDER_16 - 2 * i);
        filter.outputs[i] = both(outputs[2 * i], outputs[2 * i + 1]);
    }
    return filter;
}

/* What an output that does not fit becomes: nothing but the bits that do, the nearest that fits, or the least. */
enum { WRAPS, SATURATES, FALLS };

/* What 4 places to the left and rounding leave of the sum, which has the half for it already. */
static inline short round_sum(int sum, int overflow)
{
    int rounded = sum >> 12;
    if (overflow == WRAPS || __builtin_expect(rounded == (short)rounded, 1)) return (short)rounded;
    return overflow == FALLS || (int)((unsigned)sum - 0x800u) < 0 ? -32768 : 32767;
}

/* The outputs of a block become the last ones. */
static inline void keep(Recursion *filter, const short *out)
{
#pragma GCC unroll 4
    for (int j = 0; j < 4; j++) {
        filter->outputs[j] = filter->outputs[j + 4];
        filter->outputs[j + 4] = both(out[2 * j], out[2 * j + 1]);
    }
}

static inline __attribute__((always_inline)) void filter_block(Recursion *filter, const short *x, int gain, short *y, int overflow)
{
    short out[BLOCK];
    int sums[BLOCK];
    __m256i input = _mm256_cvtepi16_epi32(_mm_loadu_si128((const __m128i *)x));
    __m256i early = _mm256_add_epi32(_mm256_mullo_epi32(input, _mm256_set1_epi32(gain)), _mm256_set1_epi32(0x800)), late = _mm256_setzero_si256();
    for (int j = 0; j < 4; j++) {
        early = _mm256_sub_epi32(early, _mm256_madd_epi16(filter->outputs[j], filter->factors[j]));
        late = _mm256_add_epi32(late, _mm256_madd_epi16(filter->outputs[j + 4], filter->factors[j + 4]));
    }
    _mm256_storeu_si256((__m256i *)sums, _mm256_sub_epi32(early, late));
#pragma GCC unroll 8
    for (int j = 0; j < BLOCK; j++) {
        unsigned sum = (unsigned)sums[j];
#pragma GCC unroll 8
        for (int k = j; k > 0; k--) sum -= (unsigned)(filter->a[k] * out[j - k]);
        out[j] = round_sum((int)sum, overflow);
    }
    keep(filter, out);
    memcpy(y, out, sizeof out);
}

static inline void last_outputs(const Recursion *filter, short *outputs)
{
    for (int i = 0; i < ORDER_16 / 2; i++) {
        int two = _mm_cvtsi128_si32(_mm256_castsi256_si128(filter->outputs[i]));
        memcpy(outputs + 2 * i, &two, sizeof two);
    }
}
