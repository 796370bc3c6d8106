/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* From 12.8 to 16 kHz: of each five samples one is there, the others come by a filter each. L_frame is a multiple of five. */
#include "vectors.h"

enum { TAPS = 2 * NB_COEF_UP, PHASES = 4 };

static inline __m256i products(const int16 *x, const int16 *filter)
{
    __m128i rest = _mm_madd_epi16(_mm_loadu_si128((const __m128i *)(x + 16)), _mm_loadu_si128((const __m128i *)(filter + 16)));
    return _mm256_add_epi32(_mm256_madd_epi16(load(x), load(filter)), _mm256_zextsi128_si256(rest));
}

void AmrWbUp_samp(int16 *sig_d, int16 *sig_u, int16 L_frame)
{
    for (; L_frame > 0; L_frame -= PHASES + 1, sig_d += PHASES, sig_u += PHASES + 1) {
        const int16 *x = sig_d - NB_COEF_UP + 1;
        __m128i four = sums_of(products(x, fir_up[0]), products(x + 1, fir_up[1]), products(x + 2, fir_up[2]), products(x + 3, fir_up[3]));
        four = _mm_srai_epi32(_mm_add_epi32(four, _mm_set1_epi32(0x2000)), 14);
        sig_u[0] = sig_d[0];
        _mm_storel_epi64((__m128i *)(sig_u + 1), _mm_packs_epi32(four, four));
    }
}
