namespace Byon.MediaNode.Core.Media.G722;

/// <summary>
/// The adaptive predictor and quantizer scale of one sub-band (ITU-T G.722 §3, blocks 3L, 4L, 3H and 4H): the encoder and the
/// decoder run the same one, so that both predict the same from what went over the wire. All arithmetic is that of the
/// Recommendation: 16 bits, saturated where it says so.
/// </summary>
internal sealed class G722Band
{
    private const int Zeros = 6;

    private readonly int[] _differences = new int[Zeros + 1];
    private readonly int[] _zeros = new int[Zeros];
    private readonly int _shift;
    private readonly int _ceiling;
    private int _pole1;
    private int _pole2;
    private int _reconstructed1;
    private int _reconstructed2;
    private int _partial1;
    private int _partial2;
    private int _zeroPrediction;
    private int _scaleLog;

    /// <param name="scale">The step size to start from.</param>
    /// <param name="ceiling">Largest logarithmic scale: 18,432 in the lower and 22,528 in the higher band.</param>
    /// <param name="shift">Of the table of inverse logarithms: 8 in the lower and 10 in the higher band.</param>
    public G722Band(int scale, int ceiling, int shift)
    {
        Scale = scale;
        _ceiling = ceiling;
        _shift = shift;
    }

    /// <summary>DETL or DETH: the step size of the quantizer.</summary>
    public int Scale { get; private set; }

    /// <summary>SL or SH: what the next sample is expected to be.</summary>
    public int Prediction { get; private set; }

    /// <summary>Takes in one dequantized difference, and the logarithmic step that its code word stands for.</summary>
    public void Update(int difference, int step)
    {
        AdaptScale(step);
        var reconstructed = Saturate(Prediction + difference);
        var partial = Saturate(_zeroPrediction + difference);
        AdaptPoles(partial);
        AdaptZeros(difference);

        (_reconstructed2, _reconstructed1) = (_reconstructed1, reconstructed);
        (_partial2, _partial1) = (_partial1, partial);
        Predict();
    }

    public static int Saturate(int value) => Math.Clamp(value, short.MinValue, short.MaxValue);

    /// <summary>LOGSCL and SCALEL, LOGSCH and SCALEH.</summary>
    private void AdaptScale(int step)
    {
        _scaleLog = Math.Clamp((_scaleLog * 127 >> 7) + step, 0, _ceiling);
        var shift = _shift - (_scaleLog >> 11);
        var mantissa = G722Tables.InverseLog[_scaleLog >> 6 & 31];
        Scale = (shift < 0 ? mantissa << -shift : mantissa >> shift) << 2;
    }

    /// <summary>UPPOL2 and UPPOL1.</summary>
    private void AdaptPoles(int partial)
    {
        var agrees1 = SameSign(partial, _partial1);
        var first = Saturate(_pole1 * 4);
        var towards = agrees1 ? -first : first;
        towards = Math.Min(towards, short.MaxValue);
        var second = (towards >> 7) + (SameSign(partial, _partial2) ? 128 : -128) + (_pole2 * 32512 >> 15);
        _pole2 = Math.Clamp(second, -12288, 12288);

        var limit = 15360 - _pole2;
        _pole1 = Math.Clamp((agrees1 ? 192 : -192) + (_pole1 * 32640 >> 15), -limit, limit);
    }

    /// <summary>UPZERO, and the delay line of differences moves on.</summary>
    private void AdaptZeros(int difference)
    {
        var gain = difference == 0 ? 0 : 128;
        _differences[0] = difference;
        for (var i = Zeros - 1; i >= 0; i--)
        {
            _zeros[i] = (SameSign(difference, _differences[i + 1]) ? gain : -gain) + (_zeros[i] * 32640 >> 15);
            _differences[i + 1] = _differences[i];
        }
    }

    /// <summary>FILTEP, FILTEZ and PREDIC.</summary>
    private void Predict()
    {
        var poles = (_pole1 * Saturate(_reconstructed1 * 2) >> 15) + (_pole2 * Saturate(_reconstructed2 * 2) >> 15);
        var zeros = 0;
        for (var i = 0; i < Zeros; i++) zeros += _zeros[i] * Saturate(_differences[i + 1] * 2) >> 15;
        _zeroPrediction = Saturate(zeros);
        Prediction = Saturate(Saturate(poles) + _zeroPrediction);
    }

    private static bool SameSign(int one, int other) => one >> 15 == other >> 15;
}
