using Byon.Local.Up;

if (args is ["up", .. var options])
{
    return await UpCommand.RunAsync(options);
}

await Console.Error.WriteLineAsync("This program is started by ./byon: ./byon help");
return 2;
