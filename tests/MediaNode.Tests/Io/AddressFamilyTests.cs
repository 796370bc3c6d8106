using System.Net;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.MediaNode.Tests.Io;

/// <summary>Browsers and the network by IPv4 and IPv6, in every mixture, with real sockets on loopback.</summary>
public sealed class AddressFamilyTests
{
    private const string Four = "127.0.0.1";
    private const string Six = "::1";

    private static readonly AudioFormat Pcma = new(AudioCodec.Pcma, 8, 8000);

    [Theory]
    [InlineData(Four, Four, true)]
    [InlineData(Six, Four, true)]
    [InlineData(Four, Six, true)]
    [InlineData(Six, Six, true)]
    [InlineData(Four, Six, false)]
    [InlineData(Six, Six, false)]
    [InlineData(Six, Four, false)]
    public void MediaFlowsBetweenAnyTwoFamilies(string browser, string network, bool bothForBrowsers)
    {
        var first = IPAddress.Parse(bothForBrowsers ? Four : browser);
        var options = new MediaWorkerOptions(first, first, FreePorts.Next(), Workers: 1, FreePorts.Next(4), 4)
        {
            Advertised6 = bothForBrowsers ? IPAddress.IPv6Loopback : null,
            ImsAddress = IPAddress.Parse(network),
            ImsAdvertised = IPAddress.Parse(network),
        };
        using var workers = new MediaWorkers(
            options, DtlsCertificate.Create(DateTimeOffset.UtcNow), new NativeCodecs(NullLogger.Instance), (_, _) => { }, NullLogger.Instance);
        using var call = new LoopbackCall(workers, "call", IPAddress.Parse(browser));
        Assert.Equal(IPAddress.Parse(network), call.Allocation.ImsRtp.Address);
        Assert.Equal(bothForBrowsers ? new IPEndPoint(IPAddress.IPv6Loopback, call.Allocation.WebRtc.Port) : null, call.Allocation.WebRtc6);
        var stream = new AudioStream(Pcma, [Pcma], null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
        call.Apply(stream, stream);
        call.Connect(browser == Six ? call.Allocation.WebRtc6 : null);
        WaitFor.True(call.Pump);
        Assert.Equal(call.Browser.Address, call.Browser.Client.MappedAddress);

        for (var i = 1; i <= 5; i++)
        {
            call.SpeakAsBrowser(Pcma, [1]);
            call.SpeakAsPhone(Pcma, [2]);
            WaitFor.True(() => call.Pump() && call.AtPhone.Count == i && call.Browser.Rtp.Count == i, otherwise: () => $"{workers.Statistics("call")} {workers.Totals}");
        }

        Assert.Equal(0, workers.Totals.SendFailures);
        workers.Release("call");
        WaitFor.True(() => call.Pump() && call.AtPhoneRtcp.Any(LoopbackCall.IsGoodbye));
    }
}
