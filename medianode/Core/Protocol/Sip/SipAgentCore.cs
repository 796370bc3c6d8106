using System.Net;
using Byon.MediaNode.Core.Protocol.Sip.Location;
using Byon.MediaNode.Core.Protocol.Sip.Messages;
using Byon.MediaNode.Core.Protocol.Sip.Presence;
using Byon.MediaNode.Core.Protocol.Sip.Registrations;
using Byon.MediaNode.Core.Protocol.Sip.Sessions;
using Byon.MediaNode.Core.Protocol.Sip.Transactions;

namespace Byon.MediaNode.Core.Protocol.Sip;

/// <summary>What registrations and sessions share of their agent.</summary>
internal sealed class SipAgentCore
{
    public SipAgentCore(SipAgentOptions options, EntropySource entropy)
    {
        (Options, Entropy) = (options, entropy);
        Hops = new NextHops(entropy);
        Hops.Use([.. options.NextHops.Select((flow, rank) => new SipHop(flow, flow.Remote.Address.ToString(), rank, 0))]);
        Pace = new RegisterPace(options.RegistersPerSecond, burst: Math.Max(1, (int)options.RegistersPerSecond));
        Transactions = new TransactionLayer(options, entropy, Wakes) { IsInDialog = IsInDialog };
        Watchers = new CallWatchers(this);
    }

    public SipAgentOptions Options { get; }

    public EntropySource Entropy { get; }

    /// <summary>Deadlines of registrations and sessions.</summary>
    public Deadlines<ITimed> Wakes { get; } = new();

    public TransactionLayer Transactions { get; }

    public Queue<SipEvent> Events { get; } = [];

    public Dictionary<SipSessionId, SipSession> Sessions { get; } = [];

    public Dictionary<SipDialogId, SipSession> Dialogs { get; } = [];

    /// <summary>REFERs of peers that were accepted, by their session, which may be over.</summary>
    public Dictionary<SipSessionId, IncomingRefer> Referred { get; } = [];

    /// <summary>Subscriptions to registration state, by Call-ID and our tag.</summary>
    public Dictionary<(string CallId, string Tag), RegistrationWatch> Watches { get; } = [];

    public RegisterPace Pace { get; }

    public NextHops Hops { get; }

    /// <summary>Who is told of calls.</summary>
    public CallWatchers Watchers { get; }

    public NameTable Names { get; } = new();

    /// <summary>Next hops that failed for a call: what is registered over them goes elsewhere.</summary>
    public Queue<SipFlow> LostHops { get; } = [];

    /// <summary>Contacts whose registration the network has lost and wants anew (TS 23.380 §4.4).</summary>
    public Queue<string> Restorations { get; } = [];

    /// <summary>Flows that stopped answering keep-alives, for the agent to let go of.</summary>
    public Queue<SipFlow> FailedFlows { get; } = [];

    public Dictionary<SipFlow, KeptFlow> KeptFlows { get; } = [];

    /// <summary>Registrations that ended and are still in the agent's tables.</summary>
    public Queue<SipRegistrationId> Gone { get; } = [];

    /// <summary>
    /// Where requests of a dialog go (RFC 3261 §8.1.2): to the first route, else to the remote target. A name that has no address
    /// (yet) is left to the hop the line is registered over.
    /// </summary>
    public SipFlow NextHop(Instant now, SipDialog dialog, SipLine line)
    {
        if (SipTarget.Of(dialog.FirstHop) is not { } target) return line.NextHop;
        var literal = target.Transport is null && !target.IsSecure ? target with { Transport = line.NextHop.Transport } : target;
        return literal.TryGetFlow(out var flow) ? flow.Value : Names.Find(now, target) ?? line.NextHop;
    }

    /// <summary>Asks for the name that requests of the session's dialog will go to, so that its address is there when one does.</summary>
    public void LookAhead(Instant now, SipSession session) => NextHop(now, session.Dialog!, session.Line);

    private bool IsInDialog(SipRequest request) =>
        Dialogs.ContainsKey(SipDialogId.Of(request)) || Watchers.Has(SipDialogId.Of(request)) || Watches.ContainsKey((request.CallId, request.To.Tag ?? ""));

    public void Tell(SipEvent happened) => Events.Enqueue(happened);

    /// <summary>Our Contact on a flow: peers reach the line by its user part.</summary>
    public string ContactOf(SipLine line) =>
        $"<{ContactUriOf(line.ContactUser, line.NextHop)}>" + (Options.IsTelephony ? ";" + MultimediaTelephony.Feature : "");

    public KeptFlow Keep(SipFlow flow)
    {
        if (!KeptFlows.TryGetValue(flow, out var kept)) KeptFlows.Add(flow, kept = new KeptFlow(this, flow));
        return kept;
    }

    public SipUri ContactUriOf(string user, SipFlow flow) => ContactUriOf(user, flow, Options.LocalOf(flow.Transport));

    public static SipUri ContactUriOf(string user, SipFlow flow, IPEndPoint node) =>
        new($"sip:{user}@{node}{(flow.Transport == SipTransport.Udp ? "" : $";transport={flow.Transport.ToString().ToLowerInvariant()}")}");

    /// <summary>Headers of every request of ours that opens or refreshes a dialog.</summary>
    public void AddCapabilities(SipMessage message, SipLine line)
    {
        message.Headers.Set("Contact", ContactOf(line));
        message.Headers.Set("Allow", SipMethods.Allowed);
        message.Headers.Set("Supported", SipOptionTags.Supported);
    }
}
