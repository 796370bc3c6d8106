/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* Sixteen samples at once. Sums of products wrap at 32 bits as they do in C compiled for this processor, in whatever order. */
#ifndef BYON_VECTORS_H
#define BYON_VECTORS_H

#include <immintrin.h>
#include <string.h>

typedef struct { __m256i low, high; } Sums; /* of samples 0-3 and 8-11, and of 4-7 and 12-15: what unpacking makes of sixteen */

static inline __m256i load(const short *from) { return _mm256_loadu_si256((const __m256i *)from); }

static inline void store(short *to, __m256i samples) { _mm256_storeu_si256((__m256i *)to, samples); }

static inline __m256i pair(const short *from)
{
    int both;
    memcpy(&both, from, sizeof both);
    return _mm256_set1_epi32(both);
}

static inline Sums zero(void)
{
    Sums sums = { _mm256_setzero_si256(), _mm256_setzero_si256() };
    return sums;
}

/* sums[i] += first[i] * factors[0] + second[i] * factors[1] */
static inline Sums add_products(Sums sums, __m256i first, __m256i second, __m256i factors)
{
    sums.low = _mm256_add_epi32(sums.low, _mm256_madd_epi16(_mm256_unpacklo_epi16(first, second), factors));
    sums.high = _mm256_add_epi32(sums.high, _mm256_madd_epi16(_mm256_unpackhi_epi16(first, second), factors));
    return sums;
}

/* The upper halves of the sums, shifted to the left by so many places and rounded, both with saturation. */
static inline __m256i round_saturated(Sums sums, int places)
{
    const __m256i one = _mm256_set1_epi32(1);
    sums.low = _mm256_srai_epi32(_mm256_add_epi32(_mm256_srai_epi32(sums.low, 15 - places), one), 1);
    sums.high = _mm256_srai_epi32(_mm256_add_epi32(_mm256_srai_epi32(sums.high, 15 - places), one), 1);
    return _mm256_packs_epi32(sums.low, sums.high);
}

/* The same, both without. */
static inline __m256i round_wrapped(Sums sums, int places)
{
    const __m256i half = _mm256_set1_epi32(0x8000);
    sums.low = _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(sums.low, places), half), 16);
    sums.high = _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(sums.high, places), half), 16);
    return _mm256_packs_epi32(sums.low, sums.high);
}

/* (a * b) >> 15, wrapping. */
static inline __m256i multiply_q15(__m256i a, __m256i b)
{
    return _mm256_or_si256(_mm256_slli_epi16(_mm256_mulhi_epi16(a, b), 1), _mm256_srli_epi16(_mm256_mullo_epi16(a, b), 15));
}

/* The sum of each of four vectors. */
static inline __m128i sums_of(__m256i a, __m256i b, __m256i c, __m256i d)
{
    __m256i halves = _mm256_hadd_epi32(_mm256_hadd_epi32(a, b), _mm256_hadd_epi32(c, d));
    return _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
}

#endif
