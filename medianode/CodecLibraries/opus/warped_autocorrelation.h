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
 * The autocorrelation on a warped frequency axis. A stage of the chain of all-pass sections waits for the one before it, so
 * that all stages are computed at once here, each one sample behind the other: lane j of vector k is stage 1 + k + j * order / 4.
 * Each sum has its terms in the order in which C adds them.
 */
#include <immintrin.h>

enum { LANES = 4, MOST_VECTORS = MAX_SHAPE_LPC_ORDER / LANES };

static inline __attribute__((always_inline)) void correlate(silk_float *corr, const silk_float *input, silk_float warping, opus_int length, int vectors)
{
    const int order = LANES * vectors;
    const __m256d factor = _mm256_set1_pd(warping);
    /* At a step: its sample, and those that the other lanes of the first vector are behind. Before and after them is silence. */
    double delayed[SHAPE_LPC_WIN_MAX + 2 * MAX_SHAPE_LPC_ORDER][LANES] __attribute__((aligned(32)));
    __m256d now[MOST_VECTORS], before[MOST_VECTORS], sums[MOST_VECTORS], entered = _mm256_setzero_pd();
    double energy = 0;
    memset(delayed, 0, (length + 2 * order) * sizeof delayed[0]);
    for (int n = 0; n < length; n++) {
        double sample = input[n];
        for (int lane = 0; lane < LANES; lane++) delayed[order + n + lane * vectors][lane] = sample;
        energy += sample * sample;
    }
    for (int k = 0; k < vectors; k++) now[k] = before[k] = sums[k] = _mm256_setzero_pd();
    for (int step = 0; step < length + order; step++) {
        /* What enters the first stage of each lane: the sample, and what left the last stage of the lane before. */
        __m256d entering = _mm256_blend_pd(_mm256_permute4x64_pd(now[vectors - 1], 0x93), _mm256_load_pd(delayed[order + step]), 1);
        __m256d former = entered, subtracted = _mm256_mul_pd(factor, entering);
        entered = entering;
#pragma GCC unroll 6
        for (int k = 0; k < vectors; k++) {
            __m256d product = _mm256_mul_pd(factor, now[k]);
            __m256d next = _mm256_sub_pd(_mm256_add_pd(former, product), subtracted);
            former = before[k];
            before[k] = now[k];
            now[k] = next;
            subtracted = product;
            sums[k] = _mm256_add_pd(sums[k], _mm256_mul_pd(_mm256_load_pd(delayed[order + step - k]), next));
        }
    }
    corr[0] = (silk_float)energy;
    for (int k = 0; k < vectors; k++) {
        double lanes[LANES];
        _mm256_storeu_pd(lanes, sums[k]);
        for (int lane = 0; lane < LANES; lane++) corr[1 + k + lane * vectors] = (silk_float)lanes[lane];
    }
}

/* 0 for an order that no encoder with warping has: nothing was done. */
static int correlate_stages_at_once(silk_float *corr, const silk_float *input, silk_float warping, opus_int length, opus_int order)
{
    switch (order) {
    case 16: correlate(corr, input, warping, length, 4); return 1;
    case 20: correlate(corr, input, warping, length, 5); return 1;
    case 24: correlate(corr, input, warping, length, 6); return 1;
    default: return 0;
    }
}
