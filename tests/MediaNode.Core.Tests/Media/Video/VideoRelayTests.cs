using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Media.Video;
using Byon.MediaNode.Core.Protocol;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Core.Protocol.Rtp;

namespace Byon.Tests.MediaNode.Core.Tests.Media.Video;

/// <summary>Video of a whole session in virtual time, between a browser and a phone.</summary>
public sealed class VideoRelayTests : IDisposable
{
    private const int WebRtcSocket = 1;
    private const int VideoRtpSocket = 4;
    private const int VideoRtcpSocket = 5;
    private const byte BrowserType = 106;
    private const byte PhoneType = 114;
    private const byte OurType = 98;

    private static readonly IPEndPoint PhoneRtp = new(IPAddress.Parse("192.0.2.9"), 5000);
    private static readonly IPEndPoint PhoneRtcp = new(IPAddress.Parse("192.0.2.9"), 5001);
    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);
    private static readonly TimeSpan PacketTime = TimeSpan.FromMilliseconds(10);

    private const VideoFeedback OfBrowser = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.EstimatedBitrate;

    private readonly IceCredentials _ice = new("gate", "gatewaygatewaygateway1");
    private readonly VirtualBrowser _browser = new();
    private readonly MediaTransmitQueue _queue = new(128);
    private MediaSession _session;
    private readonly List<byte[]> _toBrowser = [];
    private readonly List<byte[]> _toBrowserRtcp = [];
    private readonly List<byte[]> _toPhone = [];
    private readonly List<byte[]> _toPhoneRtcp = [];
    private readonly List<MediaEvent> _events = [];
    private Instant _now = new(TimeSpan.TicksPerDay);
    private VideoFeedback _ofPhone = VideoFeedback.Nack | VideoFeedback.PictureLoss | VideoFeedback.FullIntra | VideoFeedback.BitrateLimit;

    public VideoRelayTests()
    {
        _session = new MediaSession(
            new MediaSockets(WebRtcSocket, 2, 3), new WebRtcPeer(_ice, _browser), new ManagedCodecs(), new EntropySource(new byte[32]), _queue);
        _session.AddVideo(_now, VideoRtpSocket, VideoRtcpSocket);
    }

    public void Dispose()
    {
        _session.Dispose();
        _browser.Dispose();
    }

    [Fact]
    public void PicturesPassUntouchedUnderThePayloadTypesOfEachSide()
    {
        Connect();
        for (var i = 0; i < 300; i++)
        {
            FromBrowser(Video(BrowserType, i));
            FromPhone(Video(OurType, i, ssrc: 20));
        }

        Assert.Equal(300, _toPhone.Count);
        Assert.Equal(300, _toBrowser.Count);
        for (var i = 0; i < 300; i++)
        {
            Assert.Equal((PhoneType, i % 3 == 2), (Read(_toPhone[i]).PayloadType, Read(_toPhone[i]).Marker));
            Assert.Equal((BrowserType, i % 3 == 2), (Read(_toBrowser[i]).PayloadType, Read(_toBrowser[i]).Marker));
            Assert.Equal(Payload(i), Read(_toPhone[i]).Payload.ToArray());
            Assert.Equal((ushort)(Read(_toPhone[0]).SequenceNumber + i), Read(_toPhone[i]).SequenceNumber);
        }

        Assert.Single(_toPhone.Select(p => Read(p).Ssrc).Distinct());
        Assert.Single(_toBrowser.Select(p => Read(p).Ssrc).Distinct());
        Assert.Single(_events.OfType<FirstWebRtcVideo>());
        Assert.Single(_events.OfType<FirstImsVideo>());
        var video = _session.Statistics.Video!;
        Assert.Equal((300, 300, VideoCodec.H264), (video.WebRtc.PacketsReceived, video.Ims.PacketsSent, video.WebRtc.Codec));
    }

    [Fact]
    public void ASourceThatChangesAndAPauseLeaveOneStreamWithoutAGap()
    {
        Connect();
        FromPhone(Video(OurType, 0, ssrc: 20));
        FromPhone(Video(OurType, 1, ssrc: 20));
        Run(TimeSpan.FromSeconds(2));
        FromPhone(Video(OurType, 40_000, ssrc: 21));
        Apply(phone: MediaDirection.SendOnly);
        FromPhone(Video(OurType, 40_001, ssrc: 21));
        Apply();
        FromPhone(Video(OurType, 40_009, ssrc: 21));

        var numbers = _toBrowser.Select(p => Read(p).SequenceNumber).ToList();
        Assert.Equal([0, 1, 2, 3], numbers.Select(n => (ushort)(n - numbers[0])).Select(n => (int)n));
        var passed = Read(_toBrowser[2]).Timestamp - Read(_toBrowser[1]).Timestamp;
        Assert.InRange(passed, 2 * 90_000u - 9_000, 2 * 90_000u + 9_000);
        Assert.Single(_toBrowser.Select(p => Read(p).Ssrc).Distinct());
    }

    [Fact]
    public void WhatDoesNotBelongToTheVideoGoesNowhere()
    {
        Connect();
        FromPhone(Video(96, 0, ssrc: 20));
        FromPhone(Video(OurType, 0, ssrc: 20), new IPEndPoint(IPAddress.Parse("192.0.2.66"), 5000));
        FromPhone([0x80, OurType, 0, 1]);
        FromPhone(Video(OurType, 0, ssrc: 20));
        FromPhone(Video(OurType, 0, ssrc: 21));
        Assert.Single(_toBrowser);
        Assert.Equal(4, _session.Statistics.Video!.Ims.Dropped);
    }

    [Theory]
    [InlineData(VideoFeedback.PictureLoss | VideoFeedback.FullIntra, RtcpFeedback.PictureLoss)]
    [InlineData(VideoFeedback.FullIntra, RtcpFeedback.FullIntra)]
    [InlineData(VideoFeedback.None, null)]
    public void AReceiverThatNeedsAPictureGetsOneAskedForInTheWordsOfTheSource(VideoFeedback ofPhone, int? format)
    {
        _ofPhone = ofPhone;
        Connect();
        FromPhone(Video(OurType, 0, ssrc: 20));
        Run(TimeSpan.FromSeconds(1));
        _toPhoneRtcp.Clear();
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WritePictureLoss(b, 0, 10, BrowserSees));
        Assert.Equal(format is null ? [] : [(RtcpType.PayloadFeedback, format.Value)], Feedback(_toPhoneRtcp, 20));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WriteFullIntra(b, 0, 10, BrowserSees, 1));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WritePictureLoss(b, 0, 10, 4711));
        Assert.Equal(format is null ? 0 : 1, Feedback(_toPhoneRtcp, 20).Count);
        Run(TimeSpan.FromMilliseconds(400));
        Assert.Equal(format is null ? 0 : 2, Feedback(_toPhoneRtcp, 20).Count);
    }

    [Fact]
    public void APictureIsAskedForWhenAReceiverJoinsOrResumes()
    {
        Apply(phone: MediaDirection.Inactive);
        VirtualBrowser.Connect(_now, _session, _ice);
        FromBrowser(Video(BrowserType, 0));
        Assert.Empty(Feedback(_toBrowserRtcp, 10));

        Apply();
        Assert.Equal([(RtcpType.PayloadFeedback, RtcpFeedback.PictureLoss)], Feedback(_toBrowserRtcp, 10).Where(f => f.Format != RtcpFeedback.ApplicationLayer));
        Run(TimeSpan.FromSeconds(1));
        Apply(phone: MediaDirection.Inactive);
        Apply();
        Assert.Equal(2, Feedback(_toBrowserRtcp, 10).Count(f => f.Format == RtcpFeedback.PictureLoss));
    }

    [Fact]
    public void APictureIsAskedForWhenTheBrowserConnectsAfterTheNetworkHasBegun()
    {
        Apply();
        FromPhone(Video(OurType, 0, ssrc: 20));
        Assert.Empty(_toBrowser);
        VirtualBrowser.Connect(_now, _session, _ice);
        FromPhone(Video(OurType, 1, ssrc: 20));
        Assert.Single(_toBrowser);
        Assert.Equal([(RtcpType.PayloadFeedback, RtcpFeedback.PictureLoss)], Feedback(_toPhoneRtcp, 20));
    }

    [Fact]
    public void PacketsThatWereLostTowardsAPeerAreSentAgainAsTheyWere()
    {
        Connect();
        for (var i = 0; i < 5; i++) FromPhone(Video(OurType, i, ssrc: 20));
        for (var i = 0; i < 5; i++) FromBrowser(Video(BrowserType, i));
        var (browserSaw, phoneSaw) = (Read(_toBrowser[2]).SequenceNumber, Read(_toPhone[2]).SequenceNumber);

        // The browser drops a packet that it has had: here it must be taken for lost, so it is compared before decryption.
        var before = _raw.Count;
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WriteNack(b, 0, 10, BrowserSees, [(browserSaw, 1)]));
        Assert.Equal(before + 2, _raw.Count);
        Assert.Contains(_raw.Take(before), sent => sent.AsSpan().SequenceEqual(_raw[before]));

        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(phoneSaw, 0)]));
        Assert.Equal(_toPhone[2], _toPhone[^1]);
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(phoneSaw, 0)]));
        Assert.Equal(6, _toPhone.Count);
        Assert.Equal((2, 1), (_session.Statistics.Video!.WebRtc.Resent, _session.Statistics.Video.Ims.Resent));
    }

    [Fact]
    public void PacketsThatNeverReachedUsAreAskedOfTheSource()
    {
        Connect();
        FromBrowser(Video(BrowserType, 0));
        _toBrowserRtcp.Clear();
        FromBrowser(Video(BrowserType, 3));
        Assert.Equal([(100 + 1, 1)], Nacks(_toBrowserRtcp));

        _toBrowserRtcp.Clear();
        var missing = (ushort)(Read(_toPhone[0]).SequenceNumber + 2);
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(b, 0, 20, PhoneSees, [(missing, 0)]));
        Assert.Equal([(100 + 2, 0)], Nacks(_toBrowserRtcp));

        FromBrowser(Video(BrowserType, 2));
        Assert.Equal(missing, Read(_toPhone[^1]).SequenceNumber);
        Assert.Equal(Payload(2), Read(_toPhone[^1]).Payload.ToArray());
    }

    [Fact]
    public void AFewBytesOfFeedbackNeverBecomeManyPackets()
    {
        Connect();
        for (var i = 0; i < 200; i++) FromBrowser(Video(BrowserType, i));
        var before = _toPhone.Count;
        var first = Read(_toPhone[80]).SequenceNumber;
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteNack(
            b, 0, 20, PhoneSees, [.. Enumerable.Range(0, 32).Select(i => ((ushort)(first + i * 2), ushort.MaxValue))]));
        Assert.InRange(_toPhone.Count - before, 1, 64);
    }

    [Fact]
    public void ALimitOfTheNetworkReachesTheBrowserInItsWords()
    {
        Connect();
        FromBrowser(Video(BrowserType, 0));
        _toBrowserRtcp.Clear();
        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteLimit(b, 0, 20, PhoneSees, 256_000, notice: false));
        Assert.Equal(256_000, Bitrates(_toBrowserRtcp, 10).Single());
        Assert.Contains(_toPhoneRtcp, c => Formats(c).Contains((RtcpType.TransportFeedback, RtcpFeedback.BitrateLimitNotice)));

        FeedbackOfPhone(b => RtcpFeedbackWriter.WriteLimit(b, 0, 20, PhoneSees, 5_000_000, notice: false));
        Assert.Equal(768_000, Bitrates(_toBrowserRtcp, 10).Last());

        FromPhone(Video(OurType, 0, ssrc: 20));
        FeedbackOfBrowser(b => RtcpFeedbackWriter.WriteEstimate(b, 0, 10, BrowserSees, 512_000));
        Assert.Equal(512_000, Bitrates(_toPhoneRtcp, 20).Single());
    }

    [Fact]
    public void EachSideGetsReportsUnderTheNameOfTheAudio()
    {
        Connect();
        for (var i = 0; i < 1000; i++)
        {
            FromBrowser(Video(BrowserType, i));
            FromPhone(Video(OurType, i, ssrc: 20));
        }

        Assert.Contains(_toPhoneRtcp, c => Formats(c)[0].Type == RtcpType.SenderReport);
        Assert.Contains(_toBrowserRtcp, c => Formats(c)[0].Type == RtcpType.SenderReport);
        _session.Close(_now);
        Drain();
        Assert.Contains((RtcpType.Goodbye, 1), Formats(_toPhoneRtcp[^1]));
    }

    [Fact]
    public void VideoThatIsRemovedStopsAndComesBackAsTheSameStream()
    {
        Connect();
        FromBrowser(Video(BrowserType, 0));
        _session.Apply(_now, Plan(MediaDirection.SendReceive, MediaDirection.SendReceive) is var plan ? plan with { Ims = plan.Ims! with { Video = null } } : plan);
        Drain();
        FromBrowser(Video(BrowserType, 1));
        Assert.Single(_toPhone);
        Assert.Contains((RtcpType.Goodbye, 1), Formats(_toPhoneRtcp[^1]));

        Apply();
        FromBrowser(Video(BrowserType, 2));
        Assert.Equal(2, _toPhone.Count);
        Assert.Equal(Read(_toPhone[0]).Ssrc, Read(_toPhone[1]).Ssrc);
        Assert.Equal((ushort)(Read(_toPhone[0]).SequenceNumber + 1), Read(_toPhone[1]).SequenceNumber);
    }

    [Fact]
    public void ACallThatMovesToAnotherNodeGoesOnWithTheSameStreams()
    {
        Connect();
        for (var i = 0; i < 3; i++) FromPhone(Video(OurType, i, ssrc: 20));
        for (var i = 0; i < 3; i++) FromBrowser(Video(BrowserType, i));
        _toPhoneRtcp.Clear();
        var wall = DateTimeOffset.UnixEpoch;
        var saved = _session.Save(_now, wall)!;
        _session.Dispose();
        _session = new MediaSession(
            _now, wall, saved, new MediaSockets(WebRtcSocket, 2, 3), _browser, new ManagedCodecs(), new EntropySource([.. Enumerable.Repeat((byte)1, 32)]), _queue);
        _session.AddVideo(_now, VideoRtpSocket, VideoRtcpSocket);

        FromPhone(Video(OurType, 3, ssrc: 20));
        FromBrowser(Video(BrowserType, 3));
        foreach (var stream in new[] { _toPhone, _toBrowser })
        {
            Assert.Equal(4, stream.Count);
            Assert.Equal(Read(stream[2]).Ssrc, Read(stream[3]).Ssrc);
            Assert.Equal((ushort)(Read(stream[2]).SequenceNumber + 1), Read(stream[3]).SequenceNumber);
        }

        Assert.Single(Feedback(_toPhoneRtcp, 20));
    }

    [Fact]
    public void NothingIsAllocatedPerPacket()
    {
        Connect();
        var packets = Enumerable.Range(0, 600).Select(i => (Browser: Video(BrowserType, i), Phone: Video(OurType, i, ssrc: 20))).ToArray();
        Relay(packets.AsSpan(0, 200));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Relay(packets.AsSpan(200));
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private readonly List<byte[]> _raw = [];

    private uint BrowserSees => Read(_toBrowser[0]).Ssrc;

    private uint PhoneSees => Read(_toPhone[0]).Ssrc;

    private void Relay(ReadOnlySpan<(byte[] Browser, byte[] Phone)> packets)
    {
        foreach (var (browser, phone) in packets)
        {
            _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(browser));
            _session.ReceiveImsVideo(_now, PhoneRtp, phone, rtcp: false);
            _queue.Clear();
        }
    }

    private void Connect()
    {
        Apply();
        VirtualBrowser.Connect(_now, _session, _ice);
        Drain();
    }

    private void Apply(MediaDirection browser = MediaDirection.SendReceive, MediaDirection phone = MediaDirection.SendReceive)
    {
        _session.Apply(_now, Plan(browser, phone));
        Drain();
    }

    private MediaPlan Plan(MediaDirection browser, MediaDirection phone)
    {
        var audio = new AudioStream(Pcma, [Pcma], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
        return new MediaPlan(
            VirtualBrowser.Plan(audio) with { Video = new VideoStream(H264(BrowserType), H264(BrowserType), OfBrowser, browser) },
            new ImsLegPlan(PhoneRtp, PhoneRtcp, false, audio)
            {
                Video = new ImsVideo(PhoneRtp, PhoneRtcp, false, new VideoStream(H264(PhoneType), H264(OurType), _ofPhone, phone) { Kilobits = 768 }),
            });
    }

    private static VideoFormat H264(byte type) => new(VideoCodec.H264, type, "packetization-mode=1;profile-level-id=42e01f");

    private static byte[] Video(byte type, int index, uint ssrc = 10)
    {
        var bytes = new byte[RtpPacket.HeaderSize + 1000];
        RtpPacket.WriteHeader(bytes, type, index % 3 == 2, (ushort)(100 + index), (uint)(index / 3 * 3000), ssrc);
        Payload(index).CopyTo(bytes, RtpPacket.HeaderSize);
        return bytes;
    }

    private static byte[] Payload(int index)
    {
        var payload = new byte[1000];
        new Random(index).NextBytes(payload);
        return payload;
    }

    private void FromBrowser(byte[] packet)
    {
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(packet));
        Run(PacketTime);
    }

    private void FromPhone(byte[] packet, IPEndPoint? from = null)
    {
        _session.ReceiveImsVideo(_now, from ?? PhoneRtp, packet, rtcp: false);
        Run(PacketTime);
    }

    private void FeedbackOfBrowser(Func<byte[], int> write)
    {
        var buffer = new byte[512];
        var length = write(buffer);
        _session.ReceiveWebRtc(_now, VirtualBrowser.Address, _browser.Protect(buffer.AsSpan(0, length), rtcp: true));
        Drain();
    }

    private void FeedbackOfPhone(Func<byte[], int> write)
    {
        var buffer = new byte[512];
        var length = write(buffer);
        _session.ReceiveImsVideo(_now, PhoneRtcp, buffer.AsSpan(0, length), rtcp: true);
        Drain();
    }

    private void Run(TimeSpan duration)
    {
        Drain();
        _session.Run(ref _now, duration, Drain);
    }

    private void Drain()
    {
        for (var i = 0; i < _queue.Count; i++)
        {
            var transmit = _queue[i];
            var bytes = _queue.Memory.AsSpan(transmit.Offset, transmit.Length);
            switch (transmit.Socket)
            {
                case WebRtcSocket when Datagram.Classify(bytes) == DatagramKind.Rtp:
                    _raw.Add(bytes.ToArray());
                    if (_browser.Unprotect(bytes, rtcp: false) is { Length: > 0 } packet) _toBrowser.Add(packet);
                    break;
                case WebRtcSocket when Datagram.Classify(bytes) == DatagramKind.Rtcp:
                    _toBrowserRtcp.Add(_browser.Unprotect(bytes, rtcp: true));
                    break;
                case VideoRtpSocket:
                    Assert.Equal(PhoneRtp, transmit.Remote);
                    _toPhone.Add(bytes.ToArray());
                    break;
                case VideoRtcpSocket:
                    Assert.Equal(PhoneRtcp, transmit.Remote);
                    _toPhoneRtcp.Add(bytes.ToArray());
                    break;
            }
        }

        _queue.Clear();
        while (_session.TryDequeue(out var mediaEvent)) _events.Add(mediaEvent);
    }

    private static RtpPacket Read(byte[] bytes)
    {
        Assert.True(RtpPacket.TryParse(bytes, out var packet));
        return packet;
    }

    private static List<(RtcpType Type, int Format)> Formats(byte[] compound)
    {
        var reader = new RtcpReader(compound);
        var found = new List<(RtcpType, int)>();
        while (reader.TryRead(out var packet)) found.Add((packet.Type, packet.Count));
        return found;
    }

    /// <summary>Requests for pictures of that source.</summary>
    private static List<(RtcpType Type, int Format)> Feedback(List<byte[]> compounds, uint source)
    {
        var found = new List<(RtcpType, int)>();
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryRead(out var packet))
            {
                if (packet.Type == RtcpType.PayloadFeedback && packet.Feedback.AsksForPicture(source)) found.Add((packet.Type, packet.Count));
            }
        }

        return found;
    }

    private static List<(int Sequence, int Following)> Nacks(List<byte[]> compounds)
    {
        var found = new List<(int, int)>();
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryRead(out var packet))
            {
                for (var i = 0; packet.Type == RtcpType.TransportFeedback && i < packet.Feedback.NackCount; i++)
                    found.Add((packet.Feedback.NackAt(i).Sequence, packet.Feedback.NackAt(i).Following));
            }
        }

        return found;
    }

    private static List<long> Bitrates(List<byte[]> compounds, uint source)
    {
        var found = new List<long>();
        foreach (var compound in compounds)
        {
            var reader = new RtcpReader(compound);
            while (reader.TryRead(out var packet))
            {
                if (packet.Type is RtcpType.TransportFeedback or RtcpType.PayloadFeedback && packet.Feedback.BitrateOf(source) is { } rate) found.Add(rate);
            }
        }

        return found;
    }
}
