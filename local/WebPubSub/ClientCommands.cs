namespace Byon.Local.WebPubSub;

/// <summary>What a client's frames do.</summary>
internal sealed class ClientCommands(Hub hub, ClientConnection connection, Upstream upstream)
{
    private const string JoinLeave = "joinLeaveGroup";
    private const string Send = "sendToGroup";

    /// <summary>A client's frames are done one after the other; one with an event takes as long as its handler.</summary>
    public async Task ExecuteAsync(ReadOnlyMemory<byte> frame, bool isText)
    {
        if (connection.Subprotocol == Subprotocol.Raw)
        {
            await RaiseAsync(new UserEvent("message", new HubMessage(isText ? HubDataType.Text : HubDataType.Binary, frame.ToArray()), null));
            return;
        }

        switch (UpFrame.Parse(frame))
        {
            case Ping:
                connection.Answer(DownFrame.Pong());
                break;
            case SequenceAck acknowledged when connection.Subprotocol == Subprotocol.ReliableJson:
                connection.Acknowledge(acknowledged.SequenceId);
                break;
            case GroupMembership membership:
                Acknowledged(membership.AckId, JoinLeave, membership.Group, () => Change(membership));
                break;
            case SendToGroup sending:
                Acknowledged(sending.AckId, Send, sending.Message.Group!, () => Deliver(sending));
                break;
            case UserEvent userEvent:
                await RaiseAsync(userEvent);
                break;
            default:
                connection.Close("Invalid frame.");
                break;
        }
    }

    /// <summary>Does it once and only with permission, and answers if the client wants to know.</summary>
    private void Acknowledged(ulong? ackId, string permission, string group, Action act)
    {
        var allowed = connection.May(permission, group);
        if (ackId is { } id && !connection.IsNew(id))
        {
            connection.Answer(DownFrame.Ack(id, "Duplicate", "The ackId was used before."));
            return;
        }

        if (allowed)
            act();
        if (ackId is { } wanted)
            connection.Answer(allowed ? DownFrame.Ack(wanted, null) : DownFrame.Ack(wanted, "Forbidden", $"The client has no permission to {permission}."));
    }

    /// <summary>What the handler answers goes to this client; a handler that refuses ends the connection.</summary>
    private async Task RaiseAsync(UserEvent userEvent)
    {
        if (!upstream.HandlesUserEvents(connection.Hub))
        {
            connection.Close("No event handler is configured for the event.");
            return;
        }

        if (userEvent.AckId is { } id && !connection.IsNew(id))
        {
            connection.Answer(DownFrame.Ack(id, "Duplicate", "The ackId was used before."));
            return;
        }

        if (await upstream.UserEventAsync(connection, userEvent) is not { } answer)
        {
            connection.Close("The event handler refused the event.");
            return;
        }

        if (answer.Data.Length > 0)
            connection.Deliver(answer);
        if (userEvent.AckId is { } wanted)
            connection.Answer(DownFrame.Ack(wanted, null));
    }

    private void Change(GroupMembership membership)
    {
        if (membership.Join)
            hub.Join(membership.Group, connection);
        else
            hub.Leave(membership.Group, connection);
    }

    private void Deliver(SendToGroup sending)
    {
        var message = sending.Message with { FromUserId = connection.UserId };
        foreach (var member in hub.InGroup(message.Group!))
        {
            if (!sending.NoEcho || member != connection)
                member.Deliver(message);
        }
    }
}
