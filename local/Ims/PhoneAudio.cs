using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Local.Ims;

/// <summary>RTP of one phone call in G.711: a socket loop of its own, enough for loopback.</summary>
internal sealed class PhoneAudio : IDisposable
{
    private const int MostTries = 100;
    private const int MostCatchUp = 5;

    private readonly Socket _rtp;
    private readonly Socket _rtcp;
    private readonly PhoneVoice _voice;
    private readonly CancellationTokenSource _stopping = new();
    private readonly uint _ssrc = (uint)Random.Shared.NextInt64(uint.MaxValue);
    private volatile ImsLegPlan? _plan;
    private ushort _sequence;
    private uint _timestamp;

    public PhoneAudio(IPAddress address, PhoneVoice voice)
    {
        _voice = voice;
        (_rtp, _rtcp) = BindPair(address);
        Local = (IPEndPoint)_rtp.LocalEndPoint!;
    }

    public IPEndPoint Local { get; }

    /// <summary>Says where to send, in what format, and whether at all; the first plan starts the voice.</summary>
    public void Apply(ImsLegPlan plan)
    {
        var isFirst = _plan is null;
        _plan = plan;
        if (!isFirst) return;
        _ = ListenAsync();
        _ = SpeakAsync();
    }

    public void Dispose()
    {
        _stopping.Cancel();
        _rtp.Dispose();
        _rtcp.Dispose();
    }

    /// <summary>An even port for RTP and the next one for RTCP (RFC 3550 §11): nobody reads the reports, but they have an address.</summary>
    private static (Socket Rtp, Socket Rtcp) BindPair(IPAddress address)
    {
        for (var i = 0; ; i++)
        {
            var rtp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            var rtcp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            try
            {
                rtp.Bind(new IPEndPoint(address, 0));
                var port = ((IPEndPoint)rtp.LocalEndPoint!).Port;
                if (port % 2 == 0)
                {
                    rtcp.Bind(new IPEndPoint(address, port + 1));
                    return (rtp, rtcp);
                }
            }
            catch (SocketException) when (i < MostTries)
            {
                // The next port is taken: another pair will do.
            }

            rtp.Dispose();
            rtcp.Dispose();
        }
    }

    private async Task ListenAsync()
    {
        var buffer = new byte[2048];
        while (!_stopping.IsCancellationRequested)
        {
            try
            {
                var length = await _rtp.ReceiveAsync(buffer, SocketFlags.None, _stopping.Token);
                Hear(buffer.AsSpan(0, length));
            }
            catch (SocketException)
            {
                // The far port is closed already; the call ends by SIP.
            }
            catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private void Hear(ReadOnlySpan<byte> datagram)
    {
        if (_plan is not { } plan || !RtpPacket.TryParse(datagram, out var packet) || packet.Payload.Length != PhoneVoice.FrameSamples) return;
        var payloadType = packet.PayloadType;
        if (plan.Audio.Receive.FirstOrDefault(f => f.PayloadType == payloadType) is not { } format) return;
        var frame = new short[PhoneVoice.FrameSamples];
        if (format.Codec == AudioCodec.Pcma) G711.DecodeALaw(packet.Payload, frame);
        else G711.DecodeMuLaw(packet.Payload, frame);
        lock (_voice) _voice.Hear(frame);
    }

    private async Task SpeakAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        var started = Stopwatch.GetTimestamp();
        var packet = new byte[RtpPacket.HeaderSize + PhoneVoice.FrameSamples];
        var frame = new short[PhoneVoice.FrameSamples];
        long sent = 0;
        try
        {
            while (await timer.WaitForNextTickAsync(_stopping.Token))
            {
                var due = (long)(Stopwatch.GetElapsedTime(started).TotalMilliseconds / 20);
                // After a long stop of the machine, go on from now instead of shouting.
                if (due - sent > MostCatchUp) (started, sent) = (Stopwatch.GetTimestamp(), 0);
                for (; sent < due; sent++) Speak(packet, frame);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException)
        {
            // Hung up.
        }
    }

    private void Speak(byte[] packet, short[] frame)
    {
        lock (_voice) _voice.Speak(frame);
        var plan = _plan!;
        _timestamp += PhoneVoice.FrameSamples;
        if (!plan.Audio.Direction.HasFlag(MediaDirection.SendOnly)) return;
        RtpPacket.WriteHeader(packet, plan.Audio.Send.PayloadType, _sequence == 0, _sequence, _timestamp, _ssrc);
        _sequence++;
        var payload = packet.AsSpan(RtpPacket.HeaderSize);
        if (plan.Audio.Send.Codec == AudioCodec.Pcma) G711.EncodeALaw(frame, payload);
        else G711.EncodeMuLaw(frame, payload);
        try
        {
            _rtp.SendTo(packet, plan.PeerRtp);
        }
        catch (SocketException)
        {
            // As when listening.
        }
    }
}
