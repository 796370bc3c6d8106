using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Byon.Tests.TestKit;

namespace Byon.Tests.MediaNode.Tests.Rig;

/// <summary>
/// A phone whose media is FFmpeg's: its packetizers, its jitter buffer and its decoders. One process listens where the description
/// says, another one speaks from a port beside it, as a phone behind a media server does.
/// </summary>
internal sealed class FfmpegPhone : IAsyncDisposable
{
    public const int Rate = 8_000;

    private readonly FfmpegFormat _format;
    private readonly double _hertz;
    private readonly TemporaryFolder _folder = new();
    private readonly int _port = FreePorts.Next(4);
    private readonly ChildProcess _ear;
    private ChildProcess? _mouth;

    public FfmpegPhone(FfmpegFormat format, double hertz)
    {
        (_format, _hertz) = (format, hertz);
        _folder.Write("phone.sdp", Description);
        _ear = ChildProcess.Start(
            "ffmpeg",
            [
                "-nostdin", "-loglevel", "warning", "-protocol_whitelist", "file,udp,rtp", "-analyzeduration", "0", "-probesize", "32",
                .. _format.Decoder is null ? Array.Empty<string>() : ["-c:a", _format.Decoder], "-i", $"{_folder.Path}/phone.sdp",
                "-ac", "1", "-ar", Text(Rate), "-f", "s16le", "-flush_packets", "1", Recording,
            ]);
    }

    public string Description =>
        $"v=0\r\no=ffmpeg 7 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio {_port} RTP/AVP {_format.PayloadType}\r\n"
        + $"a=rtpmap:{_format.PayloadType} {_format.Mapping}\r\n{(_format.Parameters is null ? "" : $"a=fmtp:{_format.PayloadType} {_format.Parameters}\r\n")}";

    public string Log => string.Join(Environment.NewLine, [.. _ear.Lines, .. _mouth?.Lines ?? []]);

    private string Recording => $"{_folder.Path}/heard";

    /// <summary>Speaks to the address for good.</summary>
    public void Speak(IPEndPoint to) => _mouth = ChildProcess.Start(
        "ffmpeg",
        [
            "-nostdin", "-loglevel", "warning", "-re", "-f", "lavfi", "-i", $"sine=frequency={Text(_hertz)}:sample_rate={_format.SampleRate}",
            "-ac", "1", "-ar", Text(_format.SampleRate), "-c:a", .. _format.Encoder, "-payload_type", Text(_format.PayloadType),
            "-f", "rtp", $"rtp://{to}?localrtpport={_port + 2}&localrtcpport={_port + 3}&pkt_size=172",
        ]);

    /// <summary>What was heard so far, at 8 kHz.</summary>
    public short[] Heard()
    {
        if (!File.Exists(Recording)) return [];
        using var file = new FileStream(Recording, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[file.Length & ~1];
        file.ReadExactly(bytes);
        return MemoryMarshal.Cast<byte, short>(bytes).ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        if (_mouth is not null) await _mouth.DisposeAsync();
        await _ear.DisposeAsync();
        _folder.Dispose();
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}

/// <param name="Mapping">As in rtpmap.</param>
/// <param name="Encoder">FFmpeg's name of it, and its options.</param>
internal sealed record FfmpegFormat(byte PayloadType, string Mapping, string? Parameters, int SampleRate, string[] Encoder)
{
    /// <summary>Where FFmpeg's own one will not do.</summary>
    public string? Decoder { get; init; }
}
