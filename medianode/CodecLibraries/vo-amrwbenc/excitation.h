/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The filtered past excitation of one lag, in registers from lag to lag, and its correlation with the target. */
#include "vectors.h"

typedef struct { __m256i samples[4]; } Subframe;

static inline Subframe subframe(const Word16 *from)
{
    Subframe all;
    for (int i = 0; i < 4; i++) all.samples[i] = load(from + 16 * i);
    return all;
}

/* Its sum of products with the target, and its energy. */
static inline void correlate_subframe(const Subframe *filtered, const Word16 *target, Word32 *correlation, Word32 *energy)
{
    __m256i products = _mm256_setzero_si256(), squares = products;
    for (int i = 0; i < 4; i++) {
        products = _mm256_add_epi32(products, _mm256_madd_epi16(filtered->samples[i], load(target + 16 * i)));
        squares = _mm256_add_epi32(squares, _mm256_madd_epi16(filtered->samples[i], filtered->samples[i]));
    }
    __m128i both = sums_of(products, squares, products, squares);
    *correlation = _mm_cvtsi128_si32(both);
    *energy = _mm_extract_epi32(both, 1);
}

/* The same for a lag longer by one: a sample later, with the response to the sample before. */
static inline void delay_subframe(Subframe *filtered, const Word16 *h, Word16 sample)
{
    __m256i before = _mm256_setzero_si256(), factor = _mm256_set1_epi16(sample);
    for (int i = 0; i < 4; i++) {
        __m256i now = filtered->samples[i], across = _mm256_permute2x128_si256(before, now, 0x21);
        filtered->samples[i] = _mm256_add_epi16(_mm256_alignr_epi8(now, across, 14), multiply_q15(factor, load(h + 16 * i)));
        before = now;
    }
}
