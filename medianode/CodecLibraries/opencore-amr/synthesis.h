/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/*
 * The synthesis filters of order 16, eight samples at once as far as they depend on those before the eight. lg is a multiple of 8.
 */
#include "recursion.h"

static void synthesise_at_once(const int16 *a, const int16 *x, int16 *y, int lg, int16 *mem, int update)
{
    Recursion filter = start(a, mem);
    for (int i = 0; i < lg; i += BLOCK) filter_block(&filter, x + i, 1 << 11, y + i, FALLS);
    if (update) last_outputs(&filter, mem);
}

/* What 3 places to the left leave of the sum, with saturation. */
static inline int shift_3(int sum)
{
    int shifted = (int)((unsigned)sum << 3);
    return __builtin_expect(shifted >> 3 == sum, 1) ? shifted : (sum >> 31) ^ 0x7fffffff;
}

static inline __m256i sum_of_products(const Recursion *filter)
{
    __m256i early = _mm256_setzero_si256(), late = early;
    for (int j = 0; j < 4; j++) {
        early = _mm256_add_epi32(early, _mm256_madd_epi16(filter->outputs[j], filter->factors[j]));
        late = _mm256_add_epi32(late, _mm256_madd_epi16(filter->outputs[j + 4], filter->factors[j + 4]));
    }
    return _mm256_add_epi32(early, late);
}

/* In 28 bits, as two filters: of the upper 16, and of the 12 below them. */
static void synthesise_twice_at_once(const int16 *a, const int16 *exc, int places, int16 *sig_hi, int16 *sig_lo, int lg)
{
    Recursion upper = start(a, sig_hi - ORDER_16), lower = start(a, sig_lo - ORDER_16);
    for (int i = 0; i < lg; i += BLOCK) {
        int high_sums[BLOCK], low_sums[BLOCK];
        short high[BLOCK], low[BLOCK];
        _mm256_storeu_si256((__m256i *)high_sums, sum_of_products(&upper));
        _mm256_storeu_si256((__m256i *)low_sums, sum_of_products(&lower));
#pragma GCC unroll 8
        for (int j = 0; j < BLOCK; j++) {
            unsigned high_sum = (unsigned)high_sums[j], low_sum = (unsigned)low_sums[j];
#pragma GCC unroll 8
            for (int k = j; k > 0; k--) {
                high_sum += (unsigned)(a[k] * high[j - k]);
                low_sum += (unsigned)(a[k] * low[j - k]);
            }
            int sum = shift_3((int)((unsigned)((int)(0u - low_sum) >> 11) + ((unsigned)exc[i + j] << places) - (high_sum << 1)));
            high[j] = (short)(sum >> 16);
            low[j] = (short)((sum >> 4) - ((sum >> 16) << 12));
        }
        keep(&upper, high);
        keep(&lower, low);
        memcpy(sig_hi + i, high, sizeof high);
        memcpy(sig_lo + i, low, sizeof low);
    }
}
