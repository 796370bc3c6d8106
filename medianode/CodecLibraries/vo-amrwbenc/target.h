/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* The correlation of the target with the impulse response, scaled to 12 bits. */
#include "vectors.h"

static inline __m256i largest(__m256i so_far, Sums sums)
{
    return _mm256_max_epi32(so_far, _mm256_max_epi32(_mm256_abs_epi32(sums.low), _mm256_abs_epi32(sums.high)));
}

static inline __m256i shift_saturated(__m256i value, int places)
{
    if (places <= 0) return _mm256_sra_epi32(value, _mm_cvtsi32_si128(-places));
    __m256i shifted = _mm256_sll_epi32(value, _mm_cvtsi32_si128(places));
    __m256i fits = _mm256_cmpeq_epi32(_mm256_sra_epi32(shifted, _mm_cvtsi32_si128(places)), value);
    return _mm256_blendv_epi8(_mm256_xor_si256(_mm256_srai_epi32(value, 31), _mm256_set1_epi32(0x7fffffff)), shifted, fits);
}

static inline __m256i round_upper(__m256i value) { return _mm256_srai_epi32(_mm256_add_epi32(value, _mm256_set1_epi32(0x8000)), 16); }

void cor_h_x(Word16 h[], Word16 x[], Word16 dn[])
{
    Word16 target[64 + 16] = { 0 };
    Sums sums[4] = { zero(), zero(), zero(), zero() };
    __m256i most = _mm256_setzero_si256();
    memcpy(target, x, 64 * sizeof *x);
    for (int start = 0; start < 64; start += 2) {
        __m256i now = load(target + start), next = load(target + start + 1);
#pragma GCC unroll 4
        for (int block = 0; block < 4; block++)
            if (start >= 16 * block) sums[block] = add_products(sums[block], now, next, pair(h + start - 16 * block));
    }
    for (int block = 0; block < 4; block++) {
        const __m256i one = _mm256_set1_epi32(1);
        sums[block].low = _mm256_add_epi32(_mm256_slli_epi32(sums[block].low, 1), one);
        sums[block].high = _mm256_add_epi32(_mm256_slli_epi32(sums[block].high, 1), one);
        most = largest(most, sums[block]);
    }
    /* A lane is a track: the scale follows from the mean of their largest values. */
    unsigned tracks[4];
    _mm_storeu_si128((__m128i *)tracks, _mm_max_epi32(_mm256_castsi256_si128(most), _mm256_extracti128_si256(most, 1)));
    Word32 mean = (Word32)(tracks[0] + tracks[1] + tracks[2] + tracks[3]) >> 2;
    int places = norm_l((Word32)(1u + (unsigned)mean + (unsigned)(mean >> 1))) - 4;
    for (int block = 0; block < 4; block++)
        store(dn + 16 * block, _mm256_packs_epi32(round_upper(shift_saturated(sums[block].low, places)), round_upper(shift_saturated(sums[block].high, places))));
}
