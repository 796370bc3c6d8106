using System.Globalization;
using System.Net;
using Byon.MediaNode.Core;
using Byon.MediaNode.Core.Protocol.Sip;
using Byon.MediaNode.Io;
using Byon.MediaNode.Signalling;
using Byon.MediaNode.Telemetry;
using Microsoft.Extensions.Logging.Abstractions;

namespace Byon.Tests.Bench.Sip;

/// <summary>
/// The node's SIP as it runs in a media node (sockets, loop, agent) without tables, media and API: it answers calls at once, and
/// registers and calls when a line of its standard input says so. It ends with its standard input.
/// </summary>
internal sealed class SipHost : ISignallingOwner
{
    /// <summary>Makes the bench's executable run as this host; the port follows.</summary>
    public const string Verb = "sip-host";

    /// <summary>The part of a called or registered contact that all calls of the load name.</summary>
    public const string Contact = "c";

    /// <summary>Registrations and calls that wait for their answer at a time.</summary>
    private const int Window = 100;

    private const string Sdp = "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 8 101\r\na=rtpmap:101 telephone-event/8000\r\n";

    private readonly SipAgent _agent;
    private readonly SipSockets _sockets;
    private readonly HashSet<SipSessionId> _calls = [];
    private Action<Instant>? _next;
    private int _wanted;
    private int _open;
    private int _failed;
    private int _registered;
    private TaskCompletionSource? _done;

    private SipHost(SipAgent agent, SipSockets sockets) => (_agent, _sockets) = (agent, sockets);

    public Instant? NextTimeout => _agent.NextTimeout;

    public static int Run(int port)
    {
        var local = new IPEndPoint(IPAddress.Loopback, port);
        // A server transaction lives for 32 s after its answer: the node's own limit of them would be the measure of this case.
        var options = new SipAgentOptions(local, "byon", SipTimers.Rfc3261, 4_000_000) { MaxServerBytes = long.MaxValue, RegistersPerSecond = 1_000_000 };
        using var metrics = new NodeMetrics();
        using var sockets = new SipSockets(local, metrics, NullLogger<SipSockets>.Instance);
        using var loop = new SignallingLoop(NullLogger<SignallingLoop>.Instance);
        var host = new SipHost(new SipAgent(options, new EntropySource(new byte[32])), sockets);
        loop.Start(host);
        sockets.Start(new SipSocketEvents(
            (flow, message) => loop.TryPostFromNetwork(now => host._agent.Receive(now, flow, message.Span), message.Length),
            flow => loop.Post(now => host._agent.FlowFailed(now, flow))));
        loop.Post(_ => host._agent.RegisterStatic(Subscriber(local, Contact)));
        Say("ready");
        while (Console.In.ReadLine() is { } line) Say(host.Do(loop, line.Split(' ')));
        return 0;
    }

    public void HandleTimeout(Instant now) => _agent.HandleTimeout(now);

    public void Flush(Instant now)
    {
        while (_agent.TryDequeue(out SipEvent? happened)) Hear(now, happened);
        while (_wanted > 0 && _open < Window)
        {
            (_wanted, _open) = (_wanted - 1, _open + 1);
            _next!(now);
        }

        while (_agent.TryDequeue(out SipTransmit transmit)) _sockets.Send(transmit);
    }

    /// <summary>"memory", "register COUNT ADDRESS" or "call COUNT ADDRESS"; answers when it is done.</summary>
    private string Do(SignallingLoop loop, string[] words)
    {
        if (words[0] == "memory")
            return loop.AskAsync(_ => string.Create(CultureInfo.InvariantCulture, $"{GC.GetTotalMemory(forceFullCollection: true)} {_calls.Count}")).GetAwaiter().GetResult();
        var (count, peer) = (int.Parse(words[1], CultureInfo.InvariantCulture), IPEndPoint.Parse(words[2]));
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        loop.Post(_ =>
        {
            var trunk = words[0] == "call" ? _agent.RegisterStatic(Subscriber(peer, "caller")) : default;
            _next = words[0] == "call"
                ? now => _agent.Invite(now, new SipInviteRequest(trunk, new SipUri($"sip:service@{peer}"), Sdp, false, null, TimeSpan.FromMinutes(1)))
                : now => _agent.Register(now, Subscriber(peer, string.Create(CultureInfo.InvariantCulture, $"r{_registered++}")));
            (_wanted, _failed, _done) = (count, 0, done);
        });
        done.Task.GetAwaiter().GetResult();
        return string.Create(CultureInfo.InvariantCulture, $"failed {_failed}");
    }

    private static SipRegistrationRequest Subscriber(IPEndPoint peer, string user) => new(
        new SipUri($"sip:+34{user}@ims.test"), new SipFlow(SipTransport.Udp, peer), new SipCredentials(user, "secret"), Guid.NewGuid(), user, TimeSpan.FromHours(1));

    private static void Say(string line)
    {
        Console.Out.WriteLine(line);
        Console.Out.Flush();
    }

    private void Hear(Instant now, SipEvent happened)
    {
        switch (happened)
        {
            case SessionInvited invited:
                _calls.Add(invited.Session);
                _agent.Progress(now, invited.Session, 180, null);
                _agent.Answer(now, invited.Session, Sdp);
                break;
            case SessionAnswered answered: _agent.End(now, answered.Session); break;
            case SessionEnded ended when _calls.Remove(ended.Session): break;
            case SessionEnded ended: Finished(ended.Ending.Kind == SipEndingKind.Local); break;
            case RegistrationAccepted: Finished(isGood: true); break;
            case RegistrationFailed: Finished(isGood: false); break;
        }
    }

    private void Finished(bool isGood)
    {
        if (!isGood) _failed++;
        if (--_open == 0 && _wanted == 0) _done?.TrySetResult();
    }
}
