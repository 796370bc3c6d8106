/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* Sixteen samples at once. Sums of products wrap at 32 bits as they do in C compiled for this processor, in whatever order. */
/* The nearest entries of the codebooks of the spectrum, eight at once, in a copy that lies as this needs it. */
#include "vectors.h"

enum { ENTRIES = 8 };

/* Of each eight entries the first two values, then the next two: an odd number of values ends with a 0. */
#define CODEBOOK(dico, dim, size) static Word16 dico##_pairs[(size) * (((dim) + 1) / 2 * 2)] __attribute__((aligned(32)))

CODEBOOK(dico1_isf, 9, SIZE_BK1);
CODEBOOK(dico2_isf, 7, SIZE_BK2);
CODEBOOK(dico21_isf, 3, SIZE_BK21);
CODEBOOK(dico22_isf, 3, SIZE_BK22);
CODEBOOK(dico23_isf, 3, SIZE_BK23);
CODEBOOK(dico24_isf, 3, SIZE_BK24);
CODEBOOK(dico25_isf, 4, SIZE_BK25);
CODEBOOK(dico21_isf_36b, 5, SIZE_BK21_36b);
CODEBOOK(dico22_isf_36b, 4, SIZE_BK22_36b);
CODEBOOK(dico23_isf_36b, 7, SIZE_BK23_36b);

static void lay_out(const Word16 *dico, int dim, int size, Word16 *pairs)
{
    for (int first = 0; first < size; first += ENTRIES)
        for (int j = 0; j < dim; j += 2)
            for (int entry = first; entry < first + ENTRIES; entry++) {
                *pairs++ = dico[entry * dim + j];
                *pairs++ = j + 1 < dim ? dico[entry * dim + j + 1] : 0;
            }
}

/* When the library is loaded. */
__attribute__((constructor)) static void lay_out_all(void)
{
    lay_out(dico1_isf, 9, SIZE_BK1, dico1_isf_pairs);
    lay_out(dico2_isf, 7, SIZE_BK2, dico2_isf_pairs);
    lay_out(dico21_isf, 3, SIZE_BK21, dico21_isf_pairs);
    lay_out(dico22_isf, 3, SIZE_BK22, dico22_isf_pairs);
    lay_out(dico23_isf, 3, SIZE_BK23, dico23_isf_pairs);
    lay_out(dico24_isf, 3, SIZE_BK24, dico24_isf_pairs);
    lay_out(dico25_isf, 4, SIZE_BK25, dico25_isf_pairs);
    lay_out(dico21_isf_36b, 5, SIZE_BK21_36b, dico21_isf_36b_pairs);
    lay_out(dico22_isf_36b, 4, SIZE_BK22_36b, dico22_isf_36b_pairs);
    lay_out(dico23_isf_36b, 7, SIZE_BK23_36b, dico23_isf_36b_pairs);
}

#define INLINE static inline __attribute__((always_inline))

INLINE void spread(const Word16 *x, int dim, __m256i *values)
{
    for (int j = 0; j + 1 < dim; j += 2) values[j / 2] = pair(x + j);
    if (dim % 2) values[dim / 2] = _mm256_set1_epi32((unsigned short)x[dim - 1]);
}

INLINE __m256i distances(const __m256i *values, const Word16 *pairs, int dim)
{
    __m256i sum = _mm256_setzero_si256();
    for (int j = 0; j < dim; j += 2) {
        __m256i off = _mm256_sub_epi16(values[j / 2], load(pairs + ENTRIES * j));
        sum = _mm256_add_epi32(sum, _mm256_madd_epi16(off, off));
    }
    return _mm256_slli_epi32(sum, 1);
}

/* The first of the nearest. */
INLINE Word16 nearest(Word16 *x, const Word16 *dico, const Word16 *pairs, int dim, int size, Word32 *distance)
{
    __m256i values[5], least = _mm256_set1_epi32(MAX_32), where = _mm256_setzero_si256();
    __m256i indices = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    spread(x, dim, values);
    for (int first = 0; first < size; first += ENTRIES, pairs += ENTRIES * ((dim + 1) / 2 * 2)) {
        __m256i now = distances(values, pairs, dim), nearer = _mm256_cmpgt_epi32(least, now);
        least = _mm256_min_epi32(least, now);
        where = _mm256_blendv_epi8(where, indices, nearer);
        indices = _mm256_add_epi32(indices, _mm256_set1_epi32(ENTRIES));
    }
    Word32 all[ENTRIES], places[ENTRIES];
    _mm256_storeu_si256((__m256i *)all, least);
    _mm256_storeu_si256((__m256i *)places, where);
    int best = 0;
    for (int i = 1; i < ENTRIES; i++)
        if (all[i] < all[best] || (all[i] == all[best] && places[i] < places[best])) best = i;
    *distance = all[best];
    memcpy(x, dico + places[best] * dim, dim * sizeof *x);
    return (Word16)places[best];
}

/* The nearest few, the nearest first: which of eight entries take a place is looked at only where the last place is to be had. */
INLINE void nearest_few(const Word16 *x, const Word16 *pairs, int dim, int size, Word16 *index, int surv)
{
    __m256i values[5];
    Word32 least[N_SURV_MAX], all[ENTRIES];
    spread(x, dim, values);
    for (int k = 0; k < N_SURV_MAX; k++) {
        least[k] = MAX_32;
        index[k] = k;
    }
    for (int first = 0; first < size; first += ENTRIES, pairs += ENTRIES * ((dim + 1) / 2 * 2)) {
        __m256i now = distances(values, pairs, dim);
        int nearer = _mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpgt_epi32(_mm256_set1_epi32(least[surv - 1]), now)));
        _mm256_storeu_si256((__m256i *)all, now);
        for (; nearer != 0; nearer &= nearer - 1) {
            int entry = __builtin_ctz(nearer), place = surv - 1;
            if (all[entry] >= least[place]) continue;
            for (; place > 0 && all[entry] < least[place - 1]; place--) {
                least[place] = least[place - 1];
                index[place] = index[place - 1];
            }
            least[place] = all[entry];
            index[place] = first + entry;
        }
    }
}

#define Sub_VQ(x, dico, dim, size, distance) nearest(x, dico, dico##_pairs, dim, size, distance)
#define VQ_stage1(x, dico, dim, size, index, surv) nearest_few(x, dico##_pairs, dim, size, index, surv)
