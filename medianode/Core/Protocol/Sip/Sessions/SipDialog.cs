using Byon.MediaNode.Core.Protocol.Sip.Messages;

namespace Byon.MediaNode.Core.Protocol.Sip.Sessions;

/// <summary>A dialog (RFC 3261 §12) as a value: written down, it can be taken up by another node.</summary>
/// <param name="LocalCSeq">Of the last request we sent in it; 0 before the first.</param>
/// <param name="RemoteCSeq">Of the last request the peer sent in it; null before the first.</param>
/// <param name="Routes">The route set in the order we send it, as written by the peers.</param>
/// <param name="RemoteTarget">The peer's Contact: Request-URI of what we send.</param>
public sealed record SipDialog(
    string CallId, string LocalTag, string RemoteTag, string LocalAddress, string RemoteAddress,
    uint LocalCSeq, uint? RemoteCSeq, IReadOnlyList<string> Routes, SipUri RemoteTarget)
{
    /// <summary>The Session-ID of what we send in it; null where the dialog has none.</summary>
    public SessionIdentifier? SessionId { get; init; }

    public SipDialogId Id => new(CallId, LocalTag, RemoteTag);

    /// <summary>The dialog a response to our INVITE makes (§12.1.2): Record-Route is taken in reverse.</summary>
    public static SipDialog FromResponse(SipRequest invite, SipResponse response)
    {
        var from = invite.From;
        return new SipDialog(
            invite.CallId, from.Tag!, response.To.Tag ?? "", invite.Headers["From"]!, response.Headers["To"]!,
            invite.CSeq.Number, null, [.. response.Headers.Values("Record-Route").Reverse()],
            response.Contact?.Uri ?? invite.Uri)
        {
            SessionId = SessionIdentifier.Of(invite)?.Hear(response),
        };
    }

    /// <summary>The dialog an incoming INVITE makes (§12.1.1): Record-Route is taken as it stands.</summary>
    public static SipDialog FromRequest(SipRequest invite, string localTag)
    {
        var from = invite.From;
        return new SipDialog(
            invite.CallId, localTag, from.Tag ?? "", invite.To.WithTag(localTag).ToString(), invite.Headers["From"]!,
            0, invite.CSeq.Number, [.. invite.Headers.Values("Record-Route")], invite.Contact?.Uri ?? from.Uri);
    }

    /// <summary>What any message of the peer in it may change: its name in Session-ID.</summary>
    public SipDialog Hear(SipMessage message) => SessionId is { } known ? this with { SessionId = known.Hear(message) } : this;

    /// <summary>Target refresh (§12.2.1.2, §12.2.2): a new Contact in a re-INVITE or UPDATE, or in its 2xx.</summary>
    public SipDialog Retarget(SipMessage message) =>
        (message.Contact is { } contact ? this with { RemoteTarget = contact.Uri } : this).Hear(message);

    /// <summary>A request inside the dialog (§12.2.1.1), with strict routing where the first router is not loose.</summary>
    public SipRequest Request(string method, uint cseq)
    {
        var isStrict = Routes.Count > 0 && NameAddress.TryParse(Routes[0], out var first) && !first.Uri.IsLooseRouter;
        var request = new SipRequest(method, isStrict ? RouteUri(0)! : RemoteTarget);
        foreach (var route in isStrict ? [.. Routes.Skip(1), $"<{RemoteTarget}>"] : Routes) request.Headers.Add("Route", route);
        request.Headers.Add("Max-Forwards", "70");
        request.Headers.Add("From", LocalAddress);
        request.Headers.Add("To", RemoteAddress);
        request.Headers.Add("Call-ID", CallId);
        request.Headers.Add("CSeq", $"{cseq} {method}");
        if (SessionId is not null) request.Headers.Add(SessionIdentifier.Header, SessionId.ToString());
        return request;
    }

    /// <summary>What says where its requests go (§8.1.2): the first route, else the remote target.</summary>
    public SipUri FirstHop => RouteUri(0) ?? RemoteTarget;

    private SipUri? RouteUri(int index) =>
        index < Routes.Count && NameAddress.TryParse(Routes[index], out var route) ? route.Uri : null;
}
