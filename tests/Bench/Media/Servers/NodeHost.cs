using System.Globalization;
using System.Net;
using System.Text.Json;
using Byon.MediaNode.Core.Media;
using Byon.MediaNode.Core.Protocol.Dtls;
using Byon.MediaNode.Core.Protocol.Ice;
using Byon.MediaNode.Io;
using Byon.MediaNode.Native;
using Byon.Tests.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Bench.Media.Servers;

/// <summary>
/// The node's media workers as they run in a media node, without its signalling: one line of JSON in per call, one line out. It
/// ends with its standard input.
/// </summary>
internal static class NodeHost
{
    /// <summary>Makes the bench's executable run as this host.</summary>
    public const string Verb = "media-host";

    /// <summary>A line that asks for <see cref="RuntimeFigures"/>.</summary>
    public const string FiguresWanted = "figures";

    private const int ImsPorts = 8_000;
    private const int FirstImsPort = 23_000;

    /// <param name="complexity">Of the Opus encoders; empty lets the load decide.</param>
    public static int Run(string complexity)
    {
        var options = new MediaWorkerOptions(IPAddress.Loopback, IPAddress.Loopback, FreePorts.Next(), Workers: 1, FirstImsPort, ImsPorts)
        {
            Complexity = complexity == "" ? null : int.Parse(complexity, CultureInfo.InvariantCulture),
        };
        using var workers = new MediaWorkers(options, DtlsCertificate.Create(DateTimeOffset.UtcNow), new NativeCodecs(NullLogger.Instance), static (_, _) => { }, NullLogger.Instance);
        for (var calls = 0; Console.In.ReadLine() is { } line; calls++)
        {
            if (line == FiguresWanted)
            {
                Answer(JsonSerializer.Serialize(RuntimeFigures.Now(workers.Totals.Complexity)));
                continue;
            }

            var id = calls.ToString(CultureInfo.InvariantCulture);
            var allocation = workers.TryAllocate(id) ?? throw new InvalidOperationException("no port is free");
            workers.Apply(id, PlanOf(JsonSerializer.Deserialize<CallWanted>(line)!));
            var fingerprint = $"{allocation.Fingerprint.HashFunction} {allocation.Fingerprint.Value}";
            Answer(JsonSerializer.Serialize(new CallMade(
                allocation.WebRtc.ToString(), allocation.Ice.UsernameFragment, allocation.Ice.Password, fingerprint, allocation.ImsRtp.ToString())));
        }

        return 0;
    }

    private static void Answer(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private static MediaPlan PlanOf(CallWanted wanted)
    {
        var ims = IPEndPoint.Parse(wanted.Ims);
        return new MediaPlan(
            new WebRtcLegPlan(
                new IceCredentials(wanted.UsernameFragment, wanted.Password), DtlsFingerprint.Parse(wanted.Fingerprint)!, DtlsClient: false,
                StreamOf(wanted.WebRtcFormat)),
            new ImsLegPlan(ims, new IPEndPoint(ims.Address, ims.Port + 1), RtcpMux: false, StreamOf(wanted.ImsFormat)));
    }

    private static AudioStream StreamOf(AudioFormat format) =>
        new(format, [format], TelephoneEvent: null, TimeSpan.FromMilliseconds(20), MediaDirection.SendReceive);
}
