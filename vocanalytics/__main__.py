from vocanalytics.cli import main

main()
