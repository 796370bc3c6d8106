using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;
using Byon.MediaNode.Native;
using Byon.Tests.Fuzz.Scripts;
using Byon.Tests.MediaNode.Core.Tests.Media;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Fuzz.Targets.Media;

/// <summary>One media session with both its peers, step by step in virtual time.</summary>
internal sealed class MediaRun : IDisposable
{
    private static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 4000);
    private static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 4001);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(20);
    private static readonly IceCredentials Ice = new("gate", "gatewaygatewaygateway1");
    private static readonly AudioFormat Opus = new(AudioCodec.Opus, 96, 48_000);
    private static readonly AudioFormat AmrWb = new(AudioCodec.AmrWb, 104, 16_000, "octet-align=1");
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8_000);
    private static readonly AudioFormat Pcmu = new(AudioCodec.Pcmu, 0, 8_000);
    private static readonly NativeCodecs Codecs = new(NullLogger.Instance);

    private readonly VirtualBrowser _browser = new();
    private readonly MediaTransmitQueue _queue = new(256);
    private readonly MediaSession _session;
    private readonly HashSet<string> _once = [];
    private readonly List<int> _happened = [];
    private readonly byte[] _buffer = new byte[2_048];
    private Instant _now = new(TimeSpan.TicksPerDay);

    public MediaRun()
    {
        _session = new MediaSession(new MediaSockets(1, 2, 3), new WebRtcPeer(Ice, _browser), Codecs, new EntropySource(new byte[32]), _queue);
        Plan(0);
        VirtualBrowser.Connect(_now, _session, Ice);
        Drain();
    }

    /// <summary>What happened, in order; a run of the same thing counts once.</summary>
    public int Shape
    {
        get
        {
            var shape = new HashCode();
            for (var i = 0; i < Math.Min(_happened.Count, 60); i++)
                if (i == 0 || _happened[i] != _happened[i - 1]) shape.Add(_happened[i]);
            return shape.ToHashCode();
        }
    }

    public void Do(FuzzStep step)
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
            case "phone-rtp": _session.ReceiveIms(_now, PhoneRtp, bytes, rtcp: false); break;
            case "phone-rtcp": _session.ReceiveIms(_now, PhoneRtcp, bytes, rtcp: true); break;
        }

        Drain();
    }

    public void Finish()
    {
        Wait(TimeSpan.FromSeconds(2));
        _session.Close(_now);
        Drain();
    }

    public void Dispose()
    {
        _session.Dispose();
        _browser.Dispose();
    }

    /// <summary>Bits of the number: transcode, hold the phone, and codecs that need work.</summary>
    private void Plan(int number)
    {
        var (browser, phone) = (number & 5) switch { 0 => (Pcma, Pcma), 1 => (Pcmu, Pcma), 4 => (Opus, Opus), _ => (Opus, AmrWb) };
        var direction = (number & 2) != 0 ? MediaDirection.SendOnly : MediaDirection.SendReceive;
        var toPhone = Stream(phone, 101) with { Direction = direction, ComfortNoise = 13, VoiceMetrics = true };
        _session.Apply(_now, new MediaPlan(VirtualBrowser.Plan(Stream(browser, 126)), new ImsLegPlan(PhoneRtp, PhoneRtcp, false, toPhone)));
    }

    private static AudioStream Stream(AudioFormat format, byte events) =>
        new(format, [format], new TelephoneEventFormat(events, format.ClockRate), PacketTime, MediaDirection.SendReceive);

    private void FromBrowser(byte[] packet, bool rtcp)
    {
        if (packet.Length >= (rtcp ? 8 : 12)) Send(_browser.Protect(packet, rtcp));
    }

    private void Send(ReadOnlySpan<byte> datagram)
    {
        datagram.CopyTo(_buffer);
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _buffer.AsSpan(0, datagram.Length));
    }

    private void Wait(TimeSpan time)
    {
        var end = _now + time;
        // Both directions work every 20 ms at most, and reports are rare.
        var most = 64 + (int)(time / TimeSpan.FromMilliseconds(2));
        while (_session.NextTimeout is { } next && next <= end)
        {
            if (most-- == 0) throw new BrokenInvariantException("a session wakes without end");
            if (next > _now) _now = next;
            _session.HandleTimeout(_now);
            Drain();
        }

        _now = end;
    }

    private void Drain()
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            var bytes = _queue.Memory.AsSpan(_queue[i].Offset, _queue[i].Length);
            _happened.Add(_queue[i].Socket);
            if (_queue[i].Socket == 2 && bytes.Length > 1 && bytes[1] is < 192 or > 223 && !RtpPacket.TryParse(bytes, out _))
                throw new BrokenInvariantException("the phone gets what is no RTP");
            if (bytes.Length > MediaTransmitQueue.SlotSize) throw new BrokenInvariantException("a datagram is longer than its room");
        }

        if (_queue.Dropped > 0) throw new BrokenInvariantException("one step makes a session send without end");
        _queue.Clear();
        while (_session.TryDequeue(out var happened))
        {
            _happened.Add(-happened.GetType().Name.Length);
            if (happened is not DigitRelayed && !_once.Add(happened.GetType().Name)) throw new BrokenInvariantException($"{happened.GetType().Name} is told twice");
        }
    }
}
