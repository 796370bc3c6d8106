using Byon.MediaNode.Core.Media;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>
/// Quality-of-service preconditions with segmented status (RFC 3312 §5, TS 24.229 §6.1): which side has reserved the bearer of
/// its own access. Ours is there from the start: a gateway's access is not reserved per call.
/// </summary>
/// <param name="Peer">The direction the peer has reserved on its own segment.</param>
/// <param name="IsMandatory">The peer must not be answered by ringing before it is ready.</param>
public sealed record QosPreconditions(MediaDirection Peer, bool IsMandatory)
{
    /// <summary>For a first offer: ours is met, of the peer's nothing is known and nothing is demanded.</summary>
    public static QosPreconditions Unknown { get; } = new(MediaDirection.Inactive, false);

    public bool IsPeerReady => Peer == MediaDirection.SendReceive;

    /// <summary>Null where the audio section of the description has none; end-to-end status (§5) is not ours to know and read over.</summary>
    public static QosPreconditions? Read(string sdp)
    {
        if (!SdpParser.TryParse(sdp, out var session, out _)) return null;
        if (session.Media.FirstOrDefault(m => m.Kind == "audio" && !m.IsRejected) is not { } audio) return null;
        if (!audio.Values("des").Any(d => IsQos(d.Split(' ')))) return null;
        // What the peer calls local is its own segment.
        var current = audio.Values("curr").Select(c => c.Split(' ')).FirstOrDefault(f => IsQos(f) && f is [_, "local", _]);
        var isMandatory = audio.Values("des").Select(d => d.Split(' ')).Any(f => IsQos(f) && f is [_, "mandatory", "local", _]);
        return new QosPreconditions(Direction(current?[2]), isMandatory);
    }

    /// <summary>The offer with our lines at the end of its audio section (TS 24.229 §6.1.2).</summary>
    public string AddToOffer(string offer) => Insert(offer, Lines("none"));

    /// <summary>The answer with our lines, and the wish to hear when the peer is ready (RFC 3312 §5.1.2).</summary>
    public string AddToAnswer(string answer)
    {
        var lines = Lines("mandatory");
        return Insert(answer, IsPeerReady ? lines : lines + "a=conf:qos remote sendrecv\r\n");
    }

    private static bool IsQos(string[] fields) => fields is ["qos", ..];

    private static MediaDirection Direction(string? word) => word switch
    {
        "sendrecv" => MediaDirection.SendReceive,
        "send" => MediaDirection.SendOnly,
        "recv" => MediaDirection.ReceiveOnly,
        _ => MediaDirection.Inactive,
    };

    private static string Word(MediaDirection direction) => direction switch
    {
        MediaDirection.SendReceive => "sendrecv",
        MediaDirection.SendOnly => "send",
        MediaDirection.ReceiveOnly => "recv",
        _ => "none",
    };

    private string Lines(string strengthOfPeer) =>
        $"a=curr:qos local sendrecv\r\na=curr:qos remote {Word(Peer)}\r\n"
        + $"a=des:qos mandatory local sendrecv\r\na=des:qos {strengthOfPeer} remote sendrecv\r\n";

    /// <summary>For descriptions of our own writing: CRLF, one audio section that is not refused.</summary>
    private static string Insert(string sdp, string lines)
    {
        var audio = -1;
        for (var at = sdp.IndexOf("m=audio ", StringComparison.Ordinal); at >= 0; at = sdp.IndexOf("m=audio ", at + 1, StringComparison.Ordinal))
        {
            if (!sdp.AsSpan(at).StartsWith("m=audio 0 ", StringComparison.Ordinal)) audio = at;
        }

        if (audio < 0) return sdp;
        var next = sdp.IndexOf("\r\nm=", audio, StringComparison.Ordinal);
        return next < 0 ? sdp + lines : sdp.Insert(next + 2, lines);
    }
}
