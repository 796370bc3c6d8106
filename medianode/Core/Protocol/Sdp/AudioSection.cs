using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Byon.MediaNode.Core.Protocol.Sdp;

/// <summary>Choosing the one m=audio section a leg uses.</summary>
internal static class AudioSection
{
    /// <summary>RTP secured by keys in the description (RFC 4568).</summary>
    public static bool IsSecured(this MediaDescription media) => media.Profile is "RTP/SAVP" or "RTP/SAVPF";

    /// <summary>The first m=audio that is not refused and whose profile is supported.</summary>
    public static bool TryFind(
        SessionDescription session, Func<string, bool> isSupported,
        [NotNullWhen(true)] out MediaDescription? audio, [NotNullWhen(false)] out SdpRejection? why)
    {
        why = null;
        audio = session.Media.FirstOrDefault(m => m.Kind == "audio" && !m.IsRejected && isSupported(m.Profile));
        if (audio is not null) return true;

        var sections = session.Media.Where(m => m.Kind == "audio").ToList();
        if (sections.Count == 0) why = new SdpRejection(SdpFault.NoAudio, "m=audio");
        else if (sections.TrueForAll(m => m.IsRejected)) why = new SdpRejection(SdpFault.AudioRefused, "m=audio");
        else why = new SdpRejection(SdpFault.UnsupportedProfile, "m=audio");
        return false;
    }

    /// <summary>a=ptime as far as whole codec frames allow, but not over a=maxptime; 20 ms otherwise (RFC 3551 §4.2).</summary>
    public static TimeSpan PacketTime(SdpSection audio)
    {
        var wanted = Milliseconds(audio.Value("ptime")) is 10 or 20 or 30 or 40 or 60 ? Milliseconds(audio.Value("ptime"))!.Value : 20;
        return TimeSpan.FromMilliseconds(Milliseconds(audio.Value("maxptime")) is { } most and >= 10 && wanted > most ? 10 : wanted);
    }

    /// <summary>a=maxptime; 240 ms, which TS 26.114 §6.2.2.1 asks for, where it says nothing.</summary>
    public static TimeSpan LongestPacketTime(SdpSection audio) => TimeSpan.FromMilliseconds(Milliseconds(audio.Value("maxptime")) ?? 240);

    private static int? Milliseconds(string? value) =>
        int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
