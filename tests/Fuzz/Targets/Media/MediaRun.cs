using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.Tests.Fuzz.Scripts;
using Byon.Tests.MediaNode.Core.Tests.Media;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>One media session with both its peers, step by step in virtual time.</summary>
internal sealed class MediaRun : SessionRun
{
    private const int PhoneSocket = 2;
    private const int MostOfOneStep = 256;

    private static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 4000);
    private static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 4001);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);
    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 96, 48_000);
    private static readonly AudioFormat AmrWb = new(AudioCodec.AmrWb, 104, 16_000, "octet-align=1");
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8_000);
    private static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8_000);

    private readonly HashSet<string> _once = [];
    private readonly byte[] _buffer = new byte[2_048];

    public MediaRun()
        : base(new MediaSockets(1, PhoneSocket, 3), MostOfOneStep)
    {
        Plan(0);
        Connect();
    }

    protected override void Take(FuzzStep step)
    {
        var bytes = step.Bytes();
        if (bytes.Length > 1_900) bytes = bytes[..1_900];
        switch (step.Word)
        {
            case "plan": Plan(step.Number(0, 7)); break;
            case "wait": Wait(TimeSpan.FromMilliseconds(step.Number(1, 20_000))); break;
            case "browser-rtp": FromBrowser(bytes, rtcp: false); break;
            case "browser-rtcp": FromBrowser(bytes, rtcp: true); break;
            case "browser-raw": Send(bytes); break;
            case "phone-rtp": Session.ReceiveIms(Now, PhoneRtp, bytes, rtcp: false); break;
            case "phone-rtcp": Session.ReceiveIms(Now, PhoneRtcp, bytes, rtcp: true); break;
        }
    }

    /// <summary>Bits of the number: transcode, hold the phone, and codecs that need work.</summary>
    private void Plan(int number)
    {
        var (browser, phone) = (number & 5) switch { 0 => (Pcma, Pcma), 1 => (Pcmu, Pcma), 4 => (Opus, Opus), _ => (Opus, AmrWb) };
        var direction = (number & 2) != 0 ? MediaDirection.SendOnly : MediaDirection.SendReceive;
        var toPhone = Stream(phone, 101) with { Direction = direction, ComfortNoise = 13, VoiceMetrics = true };
        Session.Apply(Now, new MediaPlan(VirtualBrowser.Plan(Stream(browser, 126)), new ImsLegPlan(PhoneRtp, PhoneRtcp, false, toPhone)));
    }

    private static AudioStream Stream(AudioFormat format, byte events) =>
        new(format, [format], new TelephoneEventFormat(events, format.ClockRate), PacketTime, MediaDirection.SendReceive);

    private void FromBrowser(byte[] packet, bool rtcp)
    {
        if (packet.Length >= (rtcp ? 8 : 12)) Send(Browser.Protect(packet, rtcp));
    }

    private void Send(ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(_buffer);
        Session.ReceiveWebRtc(Now, VirtualBrowser.Address, _buffer.AsSpan(0, datagram.Length));
    }

    protected override void Check(int socket, ReadOnlySpan<byte> bytes)
    {
        if (socket == PhoneSocket && bytes.Length > 1 && bytes[1] is < 192 or > 223 && !RtpPacket.TryParse(bytes, out _))
            throw new BrokenInvariantException("the phone gets what is no RTP");
    }

    protected override void Check(MediaEvent told)
    {
        if (told is not DigitRelayed && !_once.Add(told.GetType().Name)) throw new BrokenInvariantException($"{told.GetType().Name} is told twice");
    }
}
