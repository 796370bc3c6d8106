/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* From 16 to 12.8 kHz: of each five samples four, each by a filter of its own. */
#include "vectors.h"

static void Down_samp(Word16 *sig, Word16 *sig_d, Word16 L_frame_d)
{
    /* Between zeros no sample outside the caller's is read. */
    Word16 filters[4][32] = { { 0 } };
    for (int phase = 0; phase < 4; phase++) memcpy(filters[phase] + 1, fir_down1[phase], sizeof fir_down1[phase]);
    for (int j = 0; j < L_frame_d; j += 4) {
        const Word16 *x = sig + j / 4 * 5 - NB_COEF_DOWN;
        __m256i sums[4];
        for (int phase = 0; phase < 4; phase++)
            sums[phase] = _mm256_add_epi32(_mm256_madd_epi16(load(x + phase), load(filters[phase])),
                                           _mm256_madd_epi16(load(x + phase + 16), load(filters[phase] + 16)));
        __m128i four = sums_of(sums[0], sums[1], sums[2], sums[3]);
        four = _mm_srai_epi32(_mm_add_epi32(_mm_srai_epi32(four, 13), _mm_set1_epi32(1)), 1);
        _mm_storel_epi64((__m128i *)(sig_d + j), _mm_packs_epi32(four, four));
    }
}
