/*
 * Licensed under the Apache License, Version 2.0 (the "License"); you may not use this file except in compliance with the
 * License. You may obtain a copy of the License at http://www.apache.org/licenses/LICENSE-2.0
 *
 * Unless required by applicable law or agreed to in writing, software distributed under the License is distributed on an
 * "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND, either express or implied. See the License for the specific
 * language governing permissions and limitations under the License.
 */

/* Sixteen samples at once. Sums of products wrap at 32 bits as they do in C compiled for this processor, in whatever order. */
/* The search of the algebraic codebook: four tracks of sixteen positions, a track in one register. */
#include "vectors.h"

enum { TRACKS = 4, POSITIONS = 16 };

/* The samples of one track, which lie four apart. */
static inline __m256i track_of(const Word16 *samples, int track)
{
    const __m256i first = _mm256_set1_epi64x(0xffff);
    const __m128i places = _mm_cvtsi32_si128(16 * track);
    __m256i quarter[4];
    for (int i = 0; i < 4; i++) quarter[i] = _mm256_and_si256(_mm256_srl_epi64(load(samples + 16 * i), places), first);
    __m256i tracks = _mm256_packus_epi32(_mm256_packus_epi32(quarter[0], quarter[1]), _mm256_packus_epi32(quarter[2], quarter[3]));
    return _mm256_permutevar8x32_epi32(tracks, _mm256_setr_epi32(0, 4, 1, 5, 2, 6, 3, 7));
}

/* Both signs positive from here on: what was negative is remembered in sign, and its opposite. */
static void take_signs(Word16 *dn, Word16 *dn2, Word16 *sign, Word16 *opposite)
{
    for (int i = 0; i < L_SUBFR; i += 16) {
        __m256i target = load(dn + i), mixed = load(dn2 + i), negative = _mm256_srai_epi16(mixed, 15);
        store(sign + i, _mm256_xor_si256(_mm256_set1_epi16(32767), negative));
        store(opposite + i, _mm256_xor_si256(_mm256_set1_epi16(-32768), negative));
        store(dn + i, _mm256_sub_epi16(_mm256_xor_si256(target, negative), negative));
        store(dn2 + i, _mm256_sub_epi16(_mm256_xor_si256(mixed, negative), negative));
    }
}

/*
 * The NB_MAX largest of each track, told from the rest by their place in that order, less NB_MAX; pos_max is the first of them.
 * 0 where a value overflowed and is none of them: nothing was done.
 */
static int take_positions(Word16 *dn2, Word16 *pos_max)
{
    static const Word16 behind[2 * POSITIONS] = { [POSITIONS ... 2 * POSITIONS - 1] = -1 };
    __m256i ranked[TRACKS], negative = _mm256_setzero_si256();
    for (int i = 0; i < L_SUBFR; i += 16) negative = _mm256_or_si256(negative, load(dn2 + i));
    if (_mm256_movemask_epi8(_mm256_srai_epi16(negative, 15)) != 0) return 0;
    for (int track = 0; track < TRACKS; track++) {
        __m256i values = track_of(dn2, track), rank = _mm256_setzero_si256();
        for (int i = 0; i < POSITIONS; i++)
            rank = _mm256_sub_epi16(rank, _mm256_cmpgt_epi16(_mm256_set1_epi16(dn2[track + STEP * i]), _mm256_add_epi16(values, load(behind + POSITIONS - 1 - i))));
        __m256i place = _mm256_sub_epi16(rank, _mm256_set1_epi16(NB_MAX));
        ranked[track] = _mm256_blendv_epi8(values, place, _mm256_srai_epi16(place, 15));
        pos_max[track] = track + STEP * (__builtin_ctz((unsigned)_mm256_movemask_epi8(_mm256_cmpeq_epi16(rank, _mm256_setzero_si256()))) / 2);
    }
    __m256i even[2] = { _mm256_unpacklo_epi16(ranked[0], ranked[1]), _mm256_unpackhi_epi16(ranked[0], ranked[1]) };
    __m256i odd[2] = { _mm256_unpacklo_epi16(ranked[2], ranked[3]), _mm256_unpackhi_epi16(ranked[2], ranked[3]) };
    for (int i = 0; i < 2; i++) {
        __m256i low = _mm256_unpacklo_epi32(even[i], odd[i]), high = _mm256_unpackhi_epi32(even[i], odd[i]);
        store(dn2 + 16 * i, _mm256_permute2x128_si256(low, high, 0x20));
        store(dn2 + 16 * i + 32, _mm256_permute2x128_si256(low, high, 0x31));
    }
    return 1;
}

/*
 * The correlation of impulse responses of neighbouring tracks, with the signs of both pulses: that of two positions follows
 * from that of the next two, so that one row goes through all tracks, from the last position to the first.
 */
static void correlate_pulses(const Word16 *h, const Word16 *sign, const Word16 *opposite, Word16 rrixiy[][MSIZE])
{
    const __m256i next = _mm256_setr_epi32(1, 2, 3, 4, 5, 6, 7, 0), half = _mm256_set1_epi32(0x8000);
    Word16 backwards[L_SUBFR];
    __m256i response[TRACKS][2], signs[TRACKS], opposites[TRACKS];
    for (int i = 0; i < L_SUBFR; i++) backwards[i] = h[L_SUBFR - 1 - i];
    for (int track = 0; track < TRACKS; track++) {
        __m256i samples = track_of(backwards, track);
        response[track][0] = _mm256_cvtepi16_epi32(_mm256_castsi256_si128(samples));
        response[track][1] = _mm256_cvtepi16_epi32(_mm256_extracti128_si256(samples, 1));
        signs[track] = track_of(sign, track);
        opposites[track] = track_of(opposite, track);
    }
    __m256i low = _mm256_setzero_si256(), high = low;
    for (int x = POSITIONS - 1; x >= 0; x--) {
#pragma GCC unroll 4
        for (int track = TRACKS - 1; track >= 0; track--) {
            int other = (track + 1) % TRACKS;
            __m256i sample = _mm256_set1_epi32((unsigned short)backwards[4 * x + track]);
            if (other == TRACKS - 1) {
                low = _mm256_permutevar8x32_epi32(_mm256_blend_epi32(low, high, 1), next);
                high = _mm256_permutevar8x32_epi32(_mm256_blend_epi32(high, _mm256_setzero_si256(), 1), next);
            }
            low = _mm256_add_epi32(low, _mm256_madd_epi16(response[other][0], sample));
            high = _mm256_add_epi32(high, _mm256_madd_epi16(response[other][1], sample));
            __m256i row = _mm256_permute4x64_epi64(
                _mm256_packs_epi32(_mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(low, 1), half), 16),
                                   _mm256_srai_epi32(_mm256_add_epi32(_mm256_slli_epi32(high, 1), half), 16)), 0xd8);
            store(rrixiy[track] + POSITIONS * x, multiply_q15(row, sign[4 * x + track] < 0 ? opposites[other] : signs[other]));
        }
    }
}

/* The correlation of the pulses so far with a pulse at each position of two neighbouring tracks, and that pulse's own. */
static inline __m256i correlate_track(const Word16 *h, const Word16 *padded, int track)
{
    const __m128i half = _mm_set1_epi32(0x8000);
    __m128i four[4];
#pragma GCC unroll 4
    for (int group = 0; group < 4; group++) {
        __m256i sums[4];
        for (int i = 0; i < 4; i++) {
            const Word16 *at = padded + 16 * group + 4 * i + track;
            sums[i] = _mm256_madd_epi16(load(h), load(at));
            for (int j = 16; j < L_SUBFR - 16 * group; j += 16)
                sums[i] = _mm256_add_epi32(sums[i], _mm256_madd_epi16(load(h + j), load(at + j)));
        }
        four[group] = _mm_srai_epi32(_mm_add_epi32(_mm_slli_epi32(sums_of(sums[0], sums[1], sums[2], sums[3]), 2), half), 16);
    }
    return _mm256_set_m128i(_mm_packs_epi32(four[2], four[3]), _mm_packs_epi32(four[0], four[1]));
}

static void correlate_vector(const Word16 *h, const Word16 *vec, int track, const Word16 *sign, Word16 rrixix[][NB_POS], Word16 *cor_x, Word16 *cor_y)
{
    int other = (track + 1) % TRACKS;
    Word16 padded[L_SUBFR + 16] = { 0 };
    memcpy(padded, vec, L_SUBFR * sizeof *vec);
    store(cor_x, _mm256_add_epi16(multiply_q15(correlate_track(h, padded, track), track_of(sign, track)), load(rrixix[track])));
    store(cor_y, _mm256_add_epi16(multiply_q15(correlate_track(h, padded, other), track_of(sign, other)), load(rrixix[other])));
}

void cor_h_vec_012(Word16 h[], Word16 vec[], Word16 track, Word16 sign[], Word16 rrixix[][NB_POS], Word16 cor_1[], Word16 cor_2[])
{
    correlate_vector(h, vec, track, sign, rrixix, cor_1, cor_2);
}

void cor_h_vec_30(Word16 h[], Word16 vec[], Word16 track, Word16 sign[], Word16 rrixix[][NB_POS], Word16 cor_1[], Word16 cor_2[])
{
    correlate_vector(h, vec, track, sign, rrixix, cor_1, cor_2);
}

/*
 * Of positions with the square of the correlation below and its energy above, the better of each two: the one with the greater
 * quotient, the first of equal ones.
 */
static inline __m256i better_of(__m256i first, __m256i second)
{
    const __m256i swap = _mm256_set1_epi64x(0x0504070601000302), minus_energy = _mm256_set1_epi32((Word32)0xffff0001);
    const __m256i swaps = _mm256_add_epi64(swap, _mm256_setr_epi64x(0, 0x0808080808080808, 0, 0x0808080808080808));
    __m256i gain = _mm256_madd_epi16(_mm256_shuffle_epi8(first, swaps), _mm256_sign_epi16(second, minus_energy));
    return _mm256_blendv_epi8(first, second, _mm256_cmpgt_epi32(gain, _mm256_setzero_si256()));
}

/* The best of sixteen, in the lowest place. */
static inline __m256i best_of(__m256i low, __m256i high)
{
    __m256 lows = _mm256_castsi256_ps(low), highs = _mm256_castsi256_ps(high);
    __m256i best = better_of(_mm256_castps_si256(_mm256_shuffle_ps(lows, highs, 0x88)), _mm256_castps_si256(_mm256_shuffle_ps(lows, highs, 0xdd)));
    best = better_of(best, _mm256_shuffle_epi32(best, 0xf5));
    best = better_of(best, _mm256_shuffle_epi32(best, 0xaa));
    return better_of(best, _mm256_castsi128_si256(_mm256_extracti128_si256(best, 1)));
}

/* Quotients can be compared in any order where no square is negative and every energy positive, which overflow may prevent. */
static inline int comparable(__m256i squares, __m256i energies)
{
    __m256i above = _mm256_sub_epi16(energies, _mm256_set1_epi16(1));
    return (_mm256_movemask_epi8(_mm256_or_si256(_mm256_or_si256(squares, energies), above)) & 0xaaaaaaaa) == 0;
}

typedef struct { Word16 square, energy; } Quotient;

/* One position after the other, with what wraps: whether any is better. */
static int search_in_order(const Word16 *squares, const Word16 *energies, Quotient *best, int *position)
{
    int found = 0;
    for (int i = 0; i < POSITIONS; i++) {
        unsigned gain = (unsigned)(best->energy * squares[i]) * 2 - (unsigned)(best->square * energies[i]) * 2;
        if ((Word32)gain <= 0) continue;
        *best = (Quotient){ squares[i], energies[i] };
        *position = i;
        found = 1;
    }
    return found;
}

static inline int search_at_once(__m256i squares, __m256i energies, Quotient *best, int *position)
{
    __m256i low = _mm256_unpacklo_epi16(squares, energies), high = _mm256_unpackhi_epi16(squares, energies);
    Word32 both = _mm_cvtsi128_si32(_mm256_castsi256_si128(best_of(low, high)));
    Quotient found = { (Word16)both, (Word16)(both >> 16) };
    if (best->energy * found.square - best->square * found.energy <= 0) return 0;
    __m256i equal = _mm256_and_si256(_mm256_cmpeq_epi16(squares, _mm256_set1_epi16(found.square)), _mm256_cmpeq_epi16(energies, _mm256_set1_epi16(found.energy)));
    *best = found;
    *position = __builtin_ctz((unsigned)_mm256_movemask_epi8(equal)) / 2;
    return 1;
}

void search_ixiy(Word16 nb_pos_ix, Word16 track_x, Word16 track_y, Word16 *ps, Word16 *alp, Word16 *ix, Word16 *iy, Word16 dn[],
                 Word16 dn2[], Word16 cor_x[], Word16 cor_y[], Word16 rrixiy[][MSIZE])
{
    const __m256i second = track_of(dn, track_y), other = load(cor_y), weights = _mm256_set1_epi32(16384 << 16 | 8192);
    const unsigned energy = ((unsigned)*alp << 16) + 0x8000;
    Quotient best = { -1, 1 };
    __m256i chosen = _mm256_cmpgt_epi16(_mm256_set1_epi16(nb_pos_ix - NB_MAX), track_of(dn2, track_x));
    for (unsigned left = (unsigned)_mm256_movemask_epi8(chosen); left != 0; left &= left - 1, left &= left - 1) {
        int i = __builtin_ctz(left) / 2, x = track_x + STEP * i, position, found;
        __m256i correlation = _mm256_add_epi16(second, _mm256_set1_epi16(*ps + dn[x]));
        __m256i squares = multiply_q15(correlation, correlation), pulses = load(rrixiy[track_x] + POSITIONS * i);
        __m256i base = _mm256_set1_epi32((Word32)(energy + (unsigned)(cor_x[i] * 8192)));
        __m256i energies = _mm256_packs_epi32(
            _mm256_srai_epi32(_mm256_add_epi32(base, _mm256_madd_epi16(_mm256_unpacklo_epi16(other, pulses), weights)), 16),
            _mm256_srai_epi32(_mm256_add_epi32(base, _mm256_madd_epi16(_mm256_unpackhi_epi16(other, pulses), weights)), 16));
        if (__builtin_expect(comparable(squares, energies) && best.square >= -1 && best.energy > 0, 1)) found = search_at_once(squares, energies, &best, &position);
        else {
            Word16 all_squares[POSITIONS], all_energies[POSITIONS];
            store(all_squares, squares);
            store(all_energies, energies);
            found = search_in_order(all_squares, all_energies, &best, &position);
        }
        if (!found) continue;
        *ix = x;
        *iy = track_y + STEP * position;
    }
    *ps = *ps + dn[*ix] + dn[*iy];
    *alp = best.energy;
}
